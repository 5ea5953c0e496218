"""The rows of the score sheet: what was published, and the setting that stands beside it here."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from pipeline.model_params import Model, Training
from pipeline.params import Plane
from pipeline.section import Positive, Section


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
    samples: Positive | None = None
    """Importance samples by which log p(x) is bounded; or else"""
    plane: Plane | None = None
    """the grid over which it is summed, of a model of two axes."""
    once: bool = False
    """Trained with the first seed alone, since it takes long."""

    @model_validator(mode="after")
    def _one_way(self) -> "Row":
        if (self.samples is None) == (self.plane is None):
            raise ValueError("give samples or plane, one of the two")
        return self

    def seeds(self, seeds: list[int]) -> list[int]:
        """Those that this row is trained with."""
        return seeds[:1] if self.once else seeds


class Scores(Section):
    """The whole of scores/params.yaml."""

    seeds: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2)]
    rows: dict[str, Row]
