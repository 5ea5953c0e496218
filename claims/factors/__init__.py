"""Claim: a latent axis encodes a factor of variation, such as slant."""

from typing import Annotated

from pydantic import Field

from pipeline.section import Positive, Section


class Settings(Section):
    """What latent axes stand for."""

    bins: Annotated[int, Field(ge=2)]
    trees: Positive
