"""Axes held against factors, of codes that are the factors themselves."""

import numpy as np
import pytest

from claims.shapes.measure import measure, targets, turning
from vae.codes import Codes
from vae.shapes import Factors

LOOK = {
    **{"active_variance": 0.01, "bins": 20, "trees": 5, "steps": 3, "limit": 2.0},
    **{"grid": 2, "seed": 0},
}
N = 1500
HUE = Factors._fields.index("hue")


@pytest.fixture(scope="module")
def factors():
    rng = np.random.default_rng(0)
    return Factors(rng.integers(5, size=N), *rng.uniform(size=(5, N)))


def written(factors):
    """An axis for each factor, two for the hue, the last of all unused."""
    angle = 2 * np.pi * factors.hue
    plain = [factors.shape / 2, *factors[1:5]]
    return np.stack([*plain, np.cos(angle), np.sin(angle), 0 * angle], axis=1)


def black(z):
    return np.zeros((*z.shape[:-1], 4, 4, 3), np.uint8)


@pytest.fixture(scope="module")
def found(factors):
    z = written(factors).astype(np.float32)
    codes = Codes(z, np.full_like(z, -2), z, factors.shape)
    return measure(
        codes, factors, written, lambda z: np.zeros((*z.shape[:-1], 4, 4, 3), np.uint8), **LOOK
    )


def test_every_factor_is_known_by_its_own_axis(found):
    by_axis = found.known[found.axis.argsort()]
    assert by_axis[:5].argmax(axis=1).tolist() == [0, 1, 2, 3, 4]
    assert by_axis.diagonal()[:5] == pytest.approx(1)
    assert by_axis[7] == pytest.approx(0)
    assert found.active == 7


def test_a_hue_is_known_by_two_axes_and_has_no_gap(found):
    assert set(found.hue_axes.tolist()) == {5, 6}
    assert found.mig[HUE] < 0.1
    assert found.mig[:5].min() > 0.9
    assert found.r2 == pytest.approx(1, abs=0.05)
    assert found.disentanglement == pytest.approx(1, abs=0.05)
    assert found.completeness == pytest.approx(1 - np.log(2) / np.log(8) / 6, abs=0.05)


def test_a_hue_that_goes_round_is_a_circle_on_its_axes(found):
    assert np.hypot(*found.circle.T) == pytest.approx(1)
    np.testing.assert_allclose(found.circle[0], found.circle[-1], atol=1e-6)


def test_the_circle_is_of_one_image_but_for_its_hue():
    for name, values in turning()._asdict().items():
        assert (len(np.unique(values)) == 1) == (name != "hue")


def test_hues_beside_the_cut_are_near_each_other_and_kinds_equally_far(factors):
    few = Factors(*(values[:4] for values in factors))._replace(
        shape=np.arange(4), hue=np.array([0.0, 0.99, 0.5, 0.25])
    )
    kinds, *_, circle = targets(few)
    assert np.linalg.norm(circle[0] - circle[1]) < np.linalg.norm(circle[0] - circle[3])
    distances = np.linalg.norm(kinds[:, None] - kinds, axis=-1)
    assert set(distances.round(6).ravel()) == {0, round(np.sqrt(2), 6)}
