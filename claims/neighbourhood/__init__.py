"""Claim: similar classes are neighbours in latent space."""

from typing import Annotated

from pydantic import Field

from pipeline.section import Positive, Section


class Settings(Section):
    """Whose codes lie around those of each class."""

    k: Positive
    example: Annotated[int, Field(ge=0)]
