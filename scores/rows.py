"""The rows of the score sheet: what was published, and the setting that stands beside it here."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.params import Model, Positive, Section, Training


class Published(Section):
    """A published result, in nats per test image, negative bounds: lower is better."""

    nats: float
    source: str


class Row(Section):
    """One row: a setting, its published numbers, and how it is trained and measured here."""

    setting: str
    scale: Literal["G", "D", "S"]
    quantity: Literal["elbo", "log_likelihood"]
    published: Annotated[list[Published], Field(min_length=1)]
    note: str
    model: Model
    training: Training
    samples: Positive
    once: bool = False
    """Trained with the first seed alone, since it takes long."""

    def seeds(self, seeds: list[int]) -> list[int]:
        """Those that this row is trained with."""
        return seeds[:1] if self.once else seeds


class Scores(Section):
    """The whole of scores/params.yaml."""

    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2)]
    rows: dict[str, Row]
