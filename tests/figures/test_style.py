"""Colours: one for each class, and each readable as a word. Luminances are computed by hand."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from figures.style import DARK, contrast, luminance, palette, word_colour
from tests.figures.drawing import CLASSES, plane_axes

PALETTES = [2, 10, 26, 62]


@pytest.mark.parametrize("classes", PALETTES)
def test_a_palette_has_a_colour_for_each_class(classes):
    assert len({tuple(np.round(colour, 3)) for colour in palette(classes)}) == classes


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("black", 0.0),
        ("white", 1.0),
        ("red", 0.2126),
        ("yellow", 0.2126 + 0.7152),
        ("#777777", 0.18448),  # ((119 / 255 + 0.055) / 1.055) ** 2.4
        ("#0a0a0a", 0.0030353),  # 10 / 255 / 12.92
    ],
)
def test_luminance_is_that_of_the_standard(colour, expected):
    assert luminance(colour) == pytest.approx(expected, rel=1e-4)


def test_contrast_does_not_depend_on_the_order():
    assert contrast("#777777", "white") == pytest.approx(1.05 / 0.23448, rel=1e-4)
    assert contrast("white", "#777777") == contrast("#777777", "white")


@pytest.mark.parametrize("ground", ["white", DARK])
@pytest.mark.parametrize("classes", PALETTES)
def test_every_class_colour_can_be_read_as_a_word(classes, ground):
    for colour in palette(classes):
        assert contrast(word_colour(colour, ground), ground) >= 3


def test_a_word_colour_is_changed_just_as_far_as_need_be():
    # on white: luminance 0.30 of 0.9278, so 0.32334 of the light, 154.04 as a byte
    assert word_colour("yellow", "white") == (154 / 255, 154 / 255, 0)
    # on black: luminance 0.10, so 0.029964 of white's light, 48.4 as a byte
    assert word_colour("blue", "black") == (49 / 255, 49 / 255, 1)


@pytest.mark.parametrize(("colour", "ground"), [("navy", "white"), ("yellow", "black")])
def test_a_colour_that_can_be_read_stays_as_it_is(colour, ground):
    assert word_colour(colour, ground) == to_rgb(colour)


def test_a_darker_word_has_its_colours_hue():
    for colour in palette(10):
        light, dark = (
            ((np.array(c) + 0.055) / 1.055) ** 2.4 for c in (colour, word_colour(colour))
        )
        np.testing.assert_allclose(dark / dark.sum(), light / light.sum(), atol=0.01)


@pytest.mark.parametrize("name", ["scatter", "interpolation"])
def test_a_class_has_the_same_colour_in_every_figure(planes, name):
    labels = {
        text.get_text(): to_rgb(text.get_color())
        for axes in plane_axes(planes[name])
        for text in axes.texts
    }
    assert [labels[word] for word in CLASSES] == [word_colour(colour) for colour in palette(3)]
