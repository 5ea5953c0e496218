"""Figures of the claims with class names of every kind: they fit, are literal and can be read."""

from functools import cache
from itertools import combinations

import pytest
from matplotlib.text import Annotation

from figures.style import contrast
from tests.claims.drawing import FASHION, LOOK, MNIST, ODD, named, words

KINDS = {"mnist": (MNIST, 100), "fashion": (FASHION, 100), "odd": (ODD, 75)}
FIGURES = ["anomaly", "decoupling", "gaps", "neighbourhood", "objectives", "ordering"]
FIGURES += ["posterior_std"]

every_kind = pytest.mark.parametrize("kind", KINDS)
every_figure = pytest.mark.parametrize("name", FIGURES)


@cache
def shown(kind):
    """Every figure that shows class names, and the words on it with their boxes."""
    return {name: (figure, words(figure)) for name, figure in named(*KINDS[kind]).items()}


@every_kind
@every_figure
def test_no_word_leaves_the_page(name, kind):
    figure, boxes = shown(kind)[name]
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, text.get_text()


@every_kind
@every_figure
def test_no_word_lies_on_another(name, kind):
    """But for names beside points, which are moved apart where that is possible."""
    _, boxes = shown(kind)[name]
    fixed = [item for item in boxes.items() if not isinstance(item[0], Annotation)]
    for (a, box), (b, other) in combinations(fixed, 2):
        width = min(box.x1, other.x1) - max(box.x0, other.x0)
        height = min(box.y1, other.y1) - max(box.y0, other.y0)
        assert min(width, height) < 1, (a.get_text(), b.get_text())


@every_figure
def test_a_name_is_shown_as_it_is_written(name):
    texts = {text.get_text() for text in shown("odd")[name][1]}
    assert not texts & set(ODD[4:8])  # which would be set as formulas
    assert any(r"\$x_1\$" in text for text in texts)


@every_figure
def test_every_name_can_be_read_on_white(name):
    names = [text for text in shown("fashion")[name][1] if text.get_text() in FASHION]
    assert names
    for text in names:
        assert contrast(text.get_color(), "white") >= 3, text.get_text()


@every_figure
def test_every_figure_says_its_title(name):
    assert LOOK["title"] in [text.get_text() for text in shown("mnist")[name][1]]
