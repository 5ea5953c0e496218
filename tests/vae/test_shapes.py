"""Drawn shapes: what is known of an image is what is on it."""

import colorsys

import numpy as np
import pytest

from vae import shapes
from vae.shapes import SHAPES, SIDE, Factors, colour, draw, factors


@pytest.fixture(scope="module")
def some():
    """Sixty test images with their factors."""
    made_of = Factors(*(values[:60] for values in factors("test")))
    return made_of, draw(made_of)


def one(shape, **changed):
    """A single image of a shape in the middle; some factors changed."""
    plain = {"x": 16.0, "y": 16.0, "size": 7.0, "slant": 0.0, "hue": 0.0} | changed
    kind = np.array([list(SHAPES).index(shape)])
    return draw(Factors(kind, **{name: np.array([value]) for name, value in plain.items()}))[0]


def mass(images):
    """Brightest channel of each pixel, as a share of white."""
    return images.max(axis=-1) / 255


def test_factors_are_even_and_independent():
    made_of = factors("train")
    assert np.bincount(made_of.shape) == pytest.approx([2400] * 5, rel=0.05)
    values = np.stack(made_of, axis=1)
    correlation = np.corrcoef(values.T) - np.eye(6)
    assert np.abs(correlation).max() < 4 / np.sqrt(len(values))
    for value in made_of[1:]:
        low, high = value.min(), value.max()
        counts, _ = np.histogram(value, 10, (low, high))
        assert counts == pytest.approx(1200, rel=0.1)


def test_parts_differ_and_are_the_same_each_time():
    assert not np.isin(factors("test").hue, factors("train").hue).any()
    np.testing.assert_array_equal(factors("test"), factors("test"))


def test_every_shape_is_wholly_in_sight(some):
    _, images = some
    frame = images.copy()
    frame[:, 1:-1, 1:-1] = 0
    assert not frame.any()
    widest = {"size": 7.8, "slant": -0.4, "x": 11.0, "y": SIDE - 11.0}
    for shape in SHAPES:
        assert not one(shape, **widest)[:, 0].any()


def test_the_middle_of_a_disc_and_its_area_are_those_of_its_factors():
    disc = mass(one("disc", x=13.25, y=18.5, size=6.0))
    places = np.arange(SIDE) + 0.5
    assert disc.sum() == pytest.approx(np.pi * 6**2, rel=0.01)
    assert disc.sum(axis=0) @ places / disc.sum() == pytest.approx(13.25, abs=0.05)
    assert disc.sum(axis=1) @ places / disc.sum() == pytest.approx(18.5, abs=0.05)


def test_a_slant_moves_what_is_above_to_the_right_and_keeps_the_area():
    upright, slanted = (mass(one("square", slant=slant)) for slant in (0.0, 0.4))
    assert slanted.sum() == pytest.approx(upright.sum(), rel=0.03)
    places = np.arange(SIDE) + 0.5
    middles = [row @ places / row.sum() for row in slanted if row.sum() > 1]
    steps = np.diff(middles)[1:-1]
    assert steps == pytest.approx(-0.4, abs=0.06)  # a row lower is 0.4 pixels to the left


def test_shapes_differ_in_area_as_their_geometry_says():
    areas = {shape: mass(one(shape)).sum() / 7**2 for shape in SHAPES}
    by_hand = {
        "disc": np.pi,
        "square": 1.76**2,
        "triangle": 2 * 1.8 / 2,
        "cross": 2 * (2 * 0.64) - 0.64**2,
        "ring": np.pi * (1 - 0.36),
    }
    assert areas == pytest.approx(by_hand, rel=0.04)


def test_colours_are_pythons_of_the_same_hue():
    hues = np.linspace(0, 1, 25)
    expected = [colorsys.hsv_to_rgb(hue, 0.85, 1.0) for hue in hues]
    np.testing.assert_allclose(colour(hues), expected, atol=1e-12)


def test_inside_a_shape_there_is_its_colour_alone(some):
    made_of, images = some
    plain = np.rint(255 * colour(made_of.hue)).astype(int)
    shares = images.max(axis=(1, 2))
    assert np.abs(shares.astype(int) - plain).max() <= 1


def test_drawing_in_blocks_changes_nothing(some, monkeypatch):
    made_of, images = some
    monkeypatch.setattr(shapes, "_BLOCK", 7)
    np.testing.assert_array_equal(draw(made_of), images)
