"""Figures of the claims with class names of every kind: they fit, are literal and can be read."""

from functools import cache
from itertools import combinations

import pytest
from matplotlib.text import Annotation

from figures.style import contrast
from tests.claims.drawing import FASHION, FORMULAS, LONG, MNIST, NAMES, every, words

KINDS = {"mnist": MNIST, "fashion": FASHION, "long": LONG, "formulas": FORMULAS}
NAMED = [name for name in NAMES if name not in ("aggregate", "factors")]
"""Figures that show the classes' names."""


@cache
def shown(kind, dpi=100):
    """The words on every figure, with their boxes."""
    drawn = every(KINDS[kind], dpi=dpi)
    return {name: (figure, words(figure)) for name, (figure, _) in drawn.items()}


@pytest.mark.parametrize("dpi", [75, 100, 150])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_no_word_leaves_the_page(name, kind, dpi):
    figure, boxes = shown(kind, dpi)[name]
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in boxes.items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, text.get_text()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_no_word_lies_on_another(name, kind):
    """But for names beside points, which are moved apart where that is possible."""
    _, boxes = shown(kind)[name]
    fixed = {text: box for text, box in boxes.items() if not isinstance(text, Annotation)}
    for (a, box), (b, other) in combinations(fixed.items(), 2):
        overlap = (
            min(box.x1, other.x1) - max(box.x0, other.x0),
            min(box.y1, other.y1) - max(box.y0, other.y0),
        )
        assert min(overlap) < 1, (a.get_text(), b.get_text())


@pytest.mark.parametrize("name", NAMED)
def test_a_name_is_shown_as_it_is_written(name):
    texts = {text.get_text() for text in shown("formulas")[name][1]}
    assert not texts & set(FORMULAS)  # which would be set as formulas
    assert any(r"\$x_1\$" in text for text in texts)


@pytest.mark.parametrize("name", NAMED)
def test_every_name_can_be_read_on_white(name):
    names = [text for text in shown("fashion")[name][1] if text.get_text() in FASHION]
    assert names
    for text in names:
        assert contrast(text.get_color(), "white") >= 3, text.get_text()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_its_title(name, kind):
    assert "A figure: model on data" in [text.get_text() for text in shown(kind)[name][1]]
