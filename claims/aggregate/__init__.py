"""Claim: the codes of a data set follow the prior, so that prior samples look like data."""

from typing import Annotated

from pydantic import Field

from pipeline.section import Section


class Settings(Section):
    """The aggregate posterior against the prior."""

    cells: Annotated[int, Field(ge=2)]
