"""Walks: what a classifier reads in their pictures, under the strips and in the caption."""

import numpy as np
from matplotlib.colors import to_rgb

from figures import interpolation
from figures.style import palette, word_colour
from tests.figures.drawing import CLASSES, LIMIT, LOOK, plane_axes, walk


def strips(codes, **other):
    options = {"class_names": CLASSES, "limit": LIMIT, **LOOK} | other
    walks = [[walk(seen=(0, 0, 2, 1))]]
    return interpolation.draw(walks, codes, np.arange(90) % 3, **options)


def test_the_strip_says_what_the_classifier_reads(codes):
    read = [text for text in strips(codes.mean).texts if text.get_text() in CLASSES]
    assert [text.get_text() for text in read] == ["zero", "zero", "two", "one"]
    assert [to_rgb(text.get_color()) for text in read[2:]] == [
        word_colour(palette(3)[2]),
        word_colour(palette(3)[1]),
    ]


def test_walks_in_more_than_two_axes_have_no_map():
    assert not plane_axes(strips(np.zeros((90, 5))))


def test_a_walk_through_long_names_has_a_line_for_each(codes):
    names = [f"{word}, a rather long name" for word in CLASSES]
    texts = [text.get_text() for text in strips(codes.mean, class_names=names).texts]
    (heading,) = [text for text in texts if "→" in text]
    assert heading.splitlines()[0].startswith("zero")
    assert heading.splitlines()[1].startswith("→one")


def test_the_caption_says_which_other_classes_walks_pass():
    group = [walk((0, 1), seen=(0, 2, 2, 1)), walk((0, 2), seen=(0, 0, 2, 2))]
    loop = walk((0, 1, 0), seen=(1, 1))
    said = interpolation.caption([group, [loop]], CLASSES, conditional=False)
    assert "1 of 2 walks from class to class pass through another class" in said
    assert "such as zero→one through two." in said


def test_the_caption_says_how_many_walks_begin_and_end_in_their_classes():
    group = [walk((0, 1), seen=(0, 2, 2, 2)), walk((0, 2), seen=(0, 1, 1, 2))]
    loop = walk((0, 1, 0), seen=(0, 0))
    said = interpolation.caption([group, [loop]], CLASSES, conditional=False)
    assert "At both ends of 2 of 3 walks that is the class of the test image." in said


def test_the_caption_of_loops_alone_counts_no_walks_from_class_to_class():
    said = interpolation.caption([[walk((0, 1, 0), seen=(0, 0))]], CLASSES, conditional=False)
    assert "from class to class" not in said


def test_of_a_single_class_no_word_says_what_a_classifier_reads(codes):
    options = {"class_names": ["photo"], "limit": LIMIT, **LOOK}
    alone = [[walk((0, 0), seen=(0, 0, 0, 0))]]
    figure = interpolation.draw(alone, codes.mean, np.zeros(90, int), **options)
    assert "photo" not in [text.get_text() for text in figure.texts]
    assert "photo→photo" in [text.get_text() for text in figure.texts]
    assert "classifier" not in interpolation.caption(alone, ["photo"], conditional=False)
