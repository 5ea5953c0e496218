"""Class names in every figure: none touches another or leaves the sheet, whatever it says."""

import itertools
import re

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from figures import digits, manifold, scatter
from figures.text import literal
from tests.figures.drawing import (
    FASHION,
    FORMULAS,
    LIMIT,
    LONG,
    LOOK,
    SPECIFIC,
    clusters,
    drawn_texts,
    named,
    pictures,
)

FIGURES = [
    *("scatter", "crowd", "digits", "uncertainty", "interpolation", "cloud"),
    *("film", "film_of_classes", "screen", "screen_of_classes", "strips", "tsne"),
    *("reconstructions", "traversal", "conditional", "class_manifolds", "table"),
]
SETS = {"fashion": (FASHION, 120), "coarse": (FASHION, 75), "long": (LONG, 120)}
SETS["formulas"] = (FORMULAS, 120)


@pytest.fixture(scope="module", params=SETS)
def drawn(request):
    """Class names, and by name each figure that shows them, with the boxes of its texts."""
    class_names, dpi = SETS[request.param]
    figures = named(class_names, dpi)
    assert list(figures) == FIGURES
    return class_names, {name: (figure, boxes(figure)) for name, figure in figures.items()}


def boxes(figure):
    """Where texts are drawn; the rings' names, which class names may cover, left out."""
    FigureCanvasAgg(figure)  # or each text is measured on a canvas of its own
    texts = [text for text in drawn_texts(figure) if not re.fullmatch("[12]σ", text.get_text())]
    return {text: text.get_window_extent() for text in texts}


def touch(first, second):
    """Whether two boxes lie on one another, or side by side with less than two pixels between."""
    across = min(first.x1, second.x1) - max(first.x0, second.x0)
    down = min(first.y1, second.y1) - max(first.y0, second.y0)
    return across > -2 and down >= 1


@pytest.mark.parametrize("name", FIGURES)
def test_no_two_texts_touch(drawn, name):
    for (a, first), (b, second) in itertools.combinations(drawn[1][name][1].items(), 2):
        assert not touch(first, second), (a.get_text(), b.get_text())


@pytest.mark.parametrize("name", FIGURES)
def test_all_texts_lie_on_the_sheet(drawn, name):
    figure, texts = drawn[1][name]
    width, height = figure.bbox.size
    for text, box in texts.items():
        assert box.x0 >= 0 and box.y0 >= 0, text.get_text()
        assert box.x1 <= width and box.y1 <= height, text.get_text()


@pytest.mark.parametrize("name", FIGURES)
def test_every_class_is_named_and_no_name_becomes_a_formula(drawn, name):
    class_names, figures = drawn
    lines = "\n".join(text.get_text() for text in figures[name][1]).splitlines()
    for word in class_names:
        if class_names is LONG:
            assert any("c" in line and "…" in line and line.endswith(word[-1]) for line in lines)
        else:
            assert any(literal(word) in line for line in lines)
    assert not [line for line in lines if "$x_" in line.replace(r"\$x_", "")]


@pytest.mark.parametrize("name", FIGURES)
def test_no_word_on_a_figure_is_of_one_data_set(drawn, name):
    assert not SPECIFIC.findall(" ".join(text.get_text() for text in drawn[1][name][1]))


@pytest.mark.parametrize("draw", ["scatter", "digits"])
@pytest.mark.parametrize("classes", [10, 26])
def test_names_of_clusters_at_the_border_stay_within_it(draw, classes):
    codes = clusters(classes)
    corner = codes._replace(mean=0 * codes.mean + 0.97 * LIMIT)
    class_names = [f"class {i}" for i in range(classes)]
    common = {"class_names": class_names, "limit": 1.03 * LIMIT, **LOOK}
    if draw == "scatter":
        figure = scatter.draw(corner, n=4, **common)
    else:
        figure = digits.draw(pictures(), corner.mean, codes.label, seed=0, **common)
    plane = figure.axes[0].get_window_extent()
    places = [
        box
        for text, box in boxes(figure).items()
        if text.get_text() in class_names and text.axes is figure.axes[0]
    ]
    assert len(places) == classes
    for box in places:
        assert plane.x0 - 1 <= box.x0 and box.x1 <= plane.x1 + 1
        assert plane.y0 - 1 <= box.y0 and box.y1 <= plane.y1 + 1
    for a, b in itertools.combinations(places, 2):
        assert not touch(a, b)


@pytest.mark.parametrize("word", [*FASHION[:1], LONG[0], "$x_1$"])
def test_the_title_of_one_class_stays_on_its_sheet(word):
    title = f"The manifold of {word}: cvae on data"
    figure = manifold.draw(pictures(4).reshape(2, 2, 8, 8), title=title, dpi=100)
    ((text, box),) = [(t, b) for t, b in boxes(figure).items() if "The" in t.get_text()]
    assert box.x1 <= figure.bbox.width
    assert text.get_text().endswith(": cvae on data")
    assert figure.get_label() == title
