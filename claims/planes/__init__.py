"""Claim: the KL term trades reconstruction for order, and other objectives trade better."""

from typing import Annotated

from pydantic import Field

from pipeline.section import Positive, Section


class Settings(Section):
    """log p(x) of models of a plane, by quadrature."""

    images: Positive
    grid: Annotated[int, Field(ge=3)]
    limit: Annotated[float, Field(gt=0)]
