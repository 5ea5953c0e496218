"""Claim: a VAE finds the factors that made its images, and a larger β parts them.

Of images that were drawn by a program the true factors are known: `vae.shapes`.
"""

from typing import Annotated

from pydantic import Field

from pipeline.params import Model, ModelName, Positive, Section


class Settings(Section):
    """Models of the shapes, and how their axes are held against the factors."""

    models: Annotated[dict[ModelName, Model], Field(min_length=1)]
    bins: Annotated[int, Field(ge=5)]
    trees: Positive
    steps: Annotated[int, Field(ge=2)]
    limit: Annotated[float, Field(gt=0)]
    grid: Annotated[int, Field(ge=2)]
