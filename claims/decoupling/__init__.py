"""Claim: in a class-conditional model the code is free of the class."""

from pipeline.section import Positive, Section


class Settings(Section):
    """How much of the class is left in z."""

    images: Positive
