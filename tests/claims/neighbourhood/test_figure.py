"""The figure of neighbours: shares at their row and column, and a caption that names them."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from claims.neighbourhood import figure as neighbourhood
from figures.style import palette, word_colour
from tests.claims.drawing import cells

CLASSES = ("zero", "one", "Ankle boot")
LOOK = {"title": "A figure: model on data", "dpi": 100}
SHARES = np.array([[0, 0.9, 0.1], [0.3, 0, 0.7], [0.5, 0.5, 0]])
EVEN = np.array([[0, 0.55, 0.45], [0.5, 0, 0.5], [0.5, 0.5, 0]])


@pytest.fixture(scope="module")
def figure():
    return neighbourhood.draw({"a": SHARES, "b": EVEN}, class_names=CLASSES, **LOOK)


def test_a_table_prints_each_share_at_its_row_and_column(figure):
    table = cells(figure.axes[0])
    assert table[0, 1].get_text() == "90"
    assert table[1, 0].get_text() == "30"
    assert (1, 1) not in table


def test_a_tables_classes_have_their_colours(figure):
    axes = figure.axes[0]
    expected = [word_colour(colour) for colour in palette(3)]
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == list(CLASSES)
        assert [to_rgb(label.get_color()) for label in labels] == expected


def test_the_two_nearest_of_each_row_are_bold():
    shares = np.array([[0, 0.5, 0.3, 0.2]] * 4) * (1 - np.eye(4))
    figure = neighbourhood.draw({"a": shares}, class_names="abcd", **LOOK)
    row = {column: t for (r, column), t in cells(figure.axes[0]).items() if r == 0}
    assert [row[i].get_weight() for i in (1, 2, 3)] == ["bold", "bold", "normal"]


def test_all_tables_have_one_scale_of_shades(figure):
    assert {axes.images[0].get_clim() for axes in figure.axes} == {(0, 0.9)}


def test_a_class_without_images_is_grey_and_not_named_as_far():
    shares = np.array([[0, 0.0, 0.2, 0.8], [np.nan] * 4, [0.5, 0, 0, 0.5], [0.9, 0, 0.1, 0]])
    figure = neighbourhood.draw({"a": shares}, class_names="abcd", **LOOK)
    assert not [place for place in cells(figure.axes[0]) if place[0] == 1]
    said = neighbourhood.caption({"a": shares}, class_names="abcd", example=0, k=5)
    assert "the farthest is c (20%); chance gives each 50%" in said


def test_neighbours_are_named_for_each_model():
    said = neighbourhood.caption(
        {"one": SHARES, "other": EVEN}, class_names=CLASSES, example=0, k=5
    )
    assert "In one, the nearest to zero are one (90%) and Ankle boot (10%)" in said
    assert said.count("little more than chance") == 1
    assert said.index("In other") < said.index("little more than chance")
