"""Pictures that are exact to the pixel, and sheets that hold their titles."""

import numpy as np
import pytest

from figures.sheet import GREY, Sheet, mosaic
from figures.style import styled
from tests.figures.drawing import LOOK, drawn_texts, words_on


def test_values_are_rounded_and_never_rescaled():
    dim = np.full((1, 1, 2, 2), 0.499 / 255 + 0.2)
    assert (mosaic(dim) == 51).all()


def test_high_values_are_bright_on_dark():
    picture = mosaic(np.stack([np.zeros((2, 2)), np.ones((2, 2))])[None])
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert picture[0, 2].tolist() == [255, 255, 255]


def test_a_mosaic_reads_like_a_page():
    grid = np.arange(6).reshape(2, 3)[:, :, None, None] * np.ones((1, 1, 4, 5))
    picture = mosaic(grid.astype(np.uint8))
    assert picture.shape == (8, 15, 3)
    assert picture[::4, ::5, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_gaps_lie_between_tiles_only():
    picture = mosaic(np.zeros((2, 2, 3, 3), np.uint8), 1)
    assert picture.shape == (7, 7, 3)
    assert (picture[3] == GREY).all()


def test_every_figure_says_its_title(planes):
    for name, figure in planes.items():
        assert LOOK["title"] in words_on(figure), name


@pytest.mark.parametrize("title", ["A title of some length: model on data", "wide " * 60, "$z$: m"])
@pytest.mark.parametrize("dpi", [75, 120])
def test_a_title_lies_on_the_sheet_however_narrow(title, dpi):
    figure = styled(Sheet)(100, 60, dpi, title).figure
    (text,) = drawn_texts(figure)
    assert text.get_window_extent().x1 <= figure.bbox.width
    assert figure.get_label() == title
    assert figure.bbox.width <= 6.4 * dpi


def test_a_title_is_no_formula():
    (text,) = drawn_texts(
        styled(Sheet)(300, 60, 100, "The manifold of $x_1$: model on data").figure
    )
    assert r"\$x_1\$" in text.get_text()
