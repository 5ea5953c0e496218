"""Captions of the claims say what was measured, of whatever images: no word of one data set."""

import re
from functools import cache

import pytest

from tests.claims import drawing

FOLDER = tuple(f"kind {letter}" for letter in "abcdefghij")
OF_ONE_DATA_SET = re.compile(
    r"\b(digits?|numerals?|hand\w*|strokes?|pens?|ink|written|writing|slant\w*|upright|"
    r"cloth\w*|garments?|shoes?)\b",
    re.IGNORECASE,
)
SLANT = "The slant is followed most by"
"""Of the figure of factors, which measures the slant of the images at hand."""

captions = cache(drawing.captions)
every_caption = pytest.mark.parametrize("name", drawing.captions(FOLDER))


@pytest.mark.parametrize(
    "classes", [drawing.MNIST, drawing.FASHION, FOLDER], ids=["mnist", "fashion", "folder"]
)
@every_caption
def test_no_caption_has_a_word_of_one_data_set(name, classes):
    found = OF_ONE_DATA_SET.search(captions(classes)[name].replace(SLANT, ""))
    assert not found, found


@every_caption
def test_a_caption_speaks_in_the_terms_of_the_field(name):
    own = re.search(r"\b(told|tells?|doubt\w*|witness|reader|reads?)\b", captions(FOLDER)[name])
    assert not own, own


def test_a_name_stands_in_captions_as_it_is_written():
    names = tuple(f"$x_{i}$" for i in range(10))
    assert "$x_1$" in captions(names)["posterior_std"]
    assert not any("\\" in caption for caption in captions(names).values())
