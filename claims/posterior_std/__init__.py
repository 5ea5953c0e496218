"""Claim: the posterior of an ambiguous image is wide."""

from typing import Annotated

from pydantic import Field

from pipeline.section import Positive, Section


class Settings(Section):
    """The posterior standard deviation beside a classifier's predictive entropy."""

    parts: Annotated[int, Field(ge=2)]
    resamples: Annotated[int, Field(ge=10)]
    example: Annotated[int, Field(ge=0)]
    strip: Positive
