"""Claim: images unlike those of the training have a low ELBO."""

from typing import Annotated

from pydantic import Field

from pipeline.params import DataSet
from pipeline.section import Positive, Section


class Settings(Section):
    """Classes and data sets that a model was not trained on."""

    held_out: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)]
    others: Annotated[list[DataSet], Field(min_length=1)]
    samples: Positive
    published: dict[str, Annotated[float, Field(ge=0, le=1)]]
    published_for: DataSet
