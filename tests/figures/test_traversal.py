"""Traversals: a row for each axis, or for each axis and class; inactive ones are greyed."""

from itertools import pairwise

import numpy as np
import pytest

from figures import traversal
from tests.figures.drawing import LOOK


def test_inactive_axes_are_greyed():
    mean = np.random.default_rng(0).random((2, 3, 8, 8))
    figure = traversal.draw(mean, names=("a", "b"), active=(True, False), limit=3, **LOOK)
    picture = figure.axes[0].images[0].get_array()[..., 0].astype(int)
    assert np.ptp(picture[:8, :8]) > 200
    assert np.ptp(picture[9:17, :8]) < 100
    colours = [label.get_color() for label in figure.axes[0].get_yticklabels()]
    assert colours[0] != colours[1]


def test_a_conditional_model_has_a_row_for_each_axis_and_class():
    mean = np.random.default_rng(0).random((4, 3, 8, 8))
    figure = traversal.draw(
        mean,
        names="aabb",
        class_names=("x", "$y$", "x", "$y$"),
        active=(True, True, False, False),
        limit=3,
        **LOOK,
    )
    labels = figure.axes[0].get_yticklabels()
    assert [label.get_text() for label in labels] == ["a   x", r"a   \$y\$", "b   x", r"b   \$y\$"]
    colours = [label.get_color() for label in labels]
    assert colours[0] == colours[1] != colours[2] == colours[3]


def test_rows_that_match_no_axis_are_an_error():
    with pytest.raises(ValueError, match="zip"):
        traversal.draw(np.zeros((3, 3, 8, 8)), names="ab", active=(True, False), limit=3, **LOOK)


def test_the_caption_speaks_of_inactive_axes_only_where_there_are_some():
    def said(active):
        return traversal.caption(active=active, latent_dim=3, conditional=False)

    assert "2 of 3 axes are active" in said(2)
    assert "inactive" in said(2)
    assert "inactive" not in said(3)


def test_values_under_narrow_pictures_do_not_touch_and_zero_is_among_them():
    mean = np.random.default_rng(0).random((2, 11, 33, 9, 3))
    drawn = traversal.draw(mean, names=["a", "b"], active=[True, True], limit=3.0, **LOOK)
    drawn.draw_without_rendering()
    labels = drawn.axes[0].get_xticklabels()
    boxes = [label.get_window_extent() for label in labels]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert "0.0" in [label.get_text() for label in labels]
