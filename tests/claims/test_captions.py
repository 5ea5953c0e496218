"""Captions of the claims say what was measured, of whatever images: no word of one data set."""

import re

import pytest

from tests.claims.drawing import FASHION, MNIST, NAMES, every

FOLDER = tuple(f"kind {letter}" for letter in "abcdefghij")
OF_ONE_DATA_SET = re.compile(
    r"\b(digits?|numerals?|hand\w*|strokes?|pens?|ink|written|writing|draw(n|ing) by|"
    r"slant\w*|upright|cloth\w*|garments?|shoes?)\b",
    re.IGNORECASE,
)
SHAPE = "The slant is followed most by"
"""Of the figure of factors, which measures the slant of the images at hand."""


@pytest.mark.parametrize("classes", [MNIST, FASHION, FOLDER], ids=["mnist", "fashion", "folder"])
@pytest.mark.parametrize("name", NAMES)
def test_no_caption_has_a_word_of_one_data_set(name, classes):
    figure, caption = every(classes)[name]
    said = f"{figure.get_label()} {caption}".replace(SHAPE, "")
    assert not OF_ONE_DATA_SET.search(said), OF_ONE_DATA_SET.search(said)


@pytest.mark.parametrize("name", NAMES)
def test_a_caption_speaks_in_the_terms_of_the_field(name):
    assert not re.search(r"\b(told|tells?|doubt\w*|witness|reader|reads?)\b", every(MNIST)[name][1])


def test_a_name_stands_in_captions_as_it_is_written():
    captions = [caption for _, caption in every(tuple(f"$x_{i}$" for i in range(10))).values()]
    assert any("$x_1$" in caption for caption in captions)
    assert not any("\\" in caption for caption in captions)
