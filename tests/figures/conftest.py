"""Figures that several modules look at, drawn once."""

import pytest

from tests.figures import drawing


@pytest.fixture(scope="session")
def codes():
    """Three clusters: class 0 to the left, class 1 on the upper right, class 2 on the lower."""
    return drawing.clusters(3)


@pytest.fixture(scope="session")
def planes(codes):
    return drawing.planes(codes, drawing.CLASSES)
