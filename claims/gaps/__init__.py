"""Claim: the ELBO is close to log p(x)."""

from typing import Annotated

from pydantic import Field, field_validator

from pipeline.section import Positive, Section, Share


class Settings(Section):
    """log p(x) of models of a plane by quadrature, beside its estimates."""

    images: Positive
    prior_share: Share
    grid: Annotated[int, Field(ge=2)]
    limit: Annotated[float, Field(gt=0)]
    samples: Annotated[list[Positive], Field(min_length=2)]

    @field_validator("samples")
    @classmethod
    def _rise(cls, samples: list[int]) -> list[int]:
        if samples != sorted(set(samples)):
            raise ValueError("give numbers that rise")
        return samples
