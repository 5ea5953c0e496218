"""The figure of the shapes says which axis knows what, and nothing else."""

import numpy as np
import pytest

from claims.shapes import figure
from claims.shapes.measure import Found, Measured
from tests.figures.drawing import words_on
from vae.shapes import Factors


def found(known, scale=1.0):
    """A model of three axes that know shares of the six factors."""
    rng = np.random.default_rng(0)
    known = np.array(known)
    return Found(
        axis=np.array([2, 0, 1]),
        active=2,
        kl=np.array([3.0, 2.0, 0.0]),
        known=known,
        mig=scale * np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.0]),
        disentanglement=0.6 * scale,
        completeness=0.7 * scale,
        r2=np.full(6, 0.9),
        pictures=rng.integers(0, 256, (3, 4, 8, 8, 3), dtype=np.uint8),
        hue_axes=np.array([0, 2]),
        places=rng.normal(size=(50, 2)),
        circle=rng.normal(size=(9, 2)),
        plane=rng.integers(0, 256, (3, 3, 8, 8, 3), dtype=np.uint8),
    )


KNOWN = [[0.1, 0.8, 0.0, 0.3, 0.0, 0.2], [0.6, 0.1, 0.9, 0.0, 0.7, 0.3], [0.0] * 6]
MODELS = {"a": found(KNOWN), "b": found(KNOWN, 0.5)}
MEASURED = Measured(np.linspace(0, 1, 50), MODELS)
BETAS = {"a": 1.0, "b": 4.0}


def test_every_share_and_gap_is_printed():
    words = words_on(figure.draw(MEASURED, BETAS, limit=2.0, title="t", dpi=100))
    assert {"80", "60", "90", "0.50", "0.25"} <= set(words)
    assert {*Factors._fields} <= set(words)
    assert "a:  β = 1, 2 of 3 axes active;  MIG 0.25, D 0.60, C 0.70, I 0.90" in words


def test_the_caption_names_the_axis_that_knows_most():
    said = figure.caption(MEASURED, BETAS)
    assert "In a most is known of shape z₁ (60%), x z₃ (80%), y z₁ (90%), size z₃ (30%)" in said
    assert "know 30% and 20% in a (R² 0.90) and 30% and 20% in b" in said
    assert "MIG went from 0.25 to 0.12, D went from 0.60 to 0.30" in said


@pytest.mark.parametrize("betas", [{"a": 2.0, "b": 2.0}])
def test_without_two_betas_none_is_compared(betas):
    assert "went from" not in figure.caption(MEASURED, betas)
