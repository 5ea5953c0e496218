"""The figure of factors: numbers in their cells, planes under their factor, words that are true."""

import numpy as np
import pytest

from claims.factors import figure as figures
from claims.factors.figure import Shown
from claims.factors.measure import LatentAxes
from claims.factors.morphology import Factors
from vae.disentanglement import Scores

LOOK = {"limit": 4.0, "title": "Axes and factors: data", "dpi": 100}
LOW = Scores(0.1, 0.2, 0.3, 0.4, 0.5)
HIGH = Scores(0.15, 0.2, 0.1, 0.45, 0.504)


@pytest.fixture(scope="module")
def shape():
    return Factors(*np.random.default_rng(0).random((5, 200)))


def model_of(latent=20, axes=(3, 0, 9), scores=LOW, beta=1.0, conditional=False, slant=()):
    """Correlations between ±0.3, with those of the slant given."""
    rng = np.random.default_rng(len(axes))
    rho = rng.uniform(-0.3, 0.3, size=(len(axes), 5))
    rho[: len(slant), 1] = slant
    mean = rng.normal(size=(200, latent)).astype(np.float32)
    found = LatentAxes(mean, np.array(axes, dtype=int), rho, scores)
    return Shown(found, beta, conditional)


def cells(axes):
    """The words in a table, row by row."""
    words = {text.get_position()[::-1]: text.get_text() for text in axes.texts}
    return [words[place] for place in sorted(words)]


def labels(ticks):
    return [label.get_text() for label in ticks]


def test_each_cell_has_its_number_and_each_row_its_axis(shape):
    model = model_of()
    axes = figures.draw({"deep": model}, shape, **LOOK).axes[0]
    shown = [float(word.replace("−", "-")) for word in cells(axes)]
    assert shown == pytest.approx(model.axes.correlation.ravel(), abs=0.00501)
    assert labels(axes.get_yticklabels()) == ["$z_{4}$", "$z_{1}$", "$z_{10}$"]
    assert labels(axes.get_xticklabels()) == list(Factors._fields)


def test_colours_of_opposite_correlations_are_opposite(shape):
    model = model_of(slant=(0.6, -0.6, 0.0))
    image = figures.draw({"deep": model}, shape, **LOOK).axes[0].images[0]
    up, down, none = (image.cmap(image.norm(image.get_array()[row, 1])) for row in range(3))
    assert up[0] > up[2] and down[2] > down[0]
    assert np.ptp(none[:3]) < 0.02


def test_the_strongest_axis_of_a_factor_is_bold_whatever_its_sign(shape):
    axes = figures.draw({"deep": model_of(slant=(0.5, -0.8, 0.1))}, shape, **LOOK).axes[0]
    bold = [t.get_text() for t in axes.texts if t.get_weight() == "bold"]
    assert "−0.80" in bold
    assert "0.50" not in bold
    assert len(bold) == 5


def test_a_plane_stands_under_each_factor_in_the_shared_frame(shape):
    figure = figures.draw({"deep": model_of(), "flat": model_of(2, (1, 0))}, shape, **LOOK)
    planes = [axes for axes in figure.axes if axes.get_xlabel() == "$z_1$"]
    table = figure.axes[1]
    assert len(planes) == 5
    for column, plane in enumerate(planes):
        assert plane.get_xlim() == plane.get_ylim() == (-4, 4)
        left, right = (table.transData.transform((column + side, 0))[0] for side in (-0.5, 0.5))
        box = plane.get_window_extent()
        assert left < box.x0 and box.x1 < right and box.y1 < table.get_window_extent().y0


def test_a_planes_colour_is_the_rank_of_the_images_there():
    """Codes of two places, far apart: low values at the left one, high ones at the right."""
    values = np.arange(100.0) ** 3
    mean = np.where(values[:, None] < values[50], [-2.0, 0.0], [2.0, 0.0]).astype(np.float32)
    model = model_of(2, (0, 1))
    model = model._replace(axes=model.axes._replace(mean=mean))
    figure = figures.draw({"flat": model}, Factors(*[values] * 5), **LOOK)
    hexagons = figure.axes[1].collections[0]
    order = hexagons.get_offsets()[:, 0].argsort()
    assert np.asarray(hexagons.get_array())[order] == pytest.approx([0.255, 0.755])


def test_all_scores_stand_beside_their_model(shape):
    figure = figures.draw({"one": model_of(), "two": model_of(scores=HIGH)}, shape, **LOOK)
    assert labels(figure.axes[-1].get_yticklabels()) == ["one", "two"]
    words = "0.10 0.20 0.30 0.40 0.50 0.15 0.20 0.10 0.45 0.50"
    assert cells(figure.axes[-1]) == words.split()


def test_nothing_is_cut_off_or_written_over_the_next_table(shape):
    models = {
        "a_model_with_a_long_name": model_of(2, (1, 0)),
        "b": model_of(axes=()),
        "c": model_of(2, ()),
        "d": model_of(30, tuple(range(25))),
    }
    figure = figures.draw(models, shape, **LOOK)
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    for box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1
    for i, box in enumerate(boxes):
        for other in boxes[:i]:
            assert (
                min(box.x1, other.x1) < max(box.x0, other.x0) + 1
                or min(box.y1, other.y1) < max(box.y0, other.y0) + 1
            )


@pytest.mark.parametrize(
    ("slant", "words"),
    [
        ((0.2, -0.78), "z₁ in deep (closely, |ρ| = 0.78)"),
        ((0.5, 0.1), "z₄ in deep (loosely, |ρ| = 0.50)"),
        ((0.3, 0.1, 0.32), "z₁₀ in deep (hardly, |ρ| = 0.32)"),
    ],
)
def test_the_caption_names_the_axis_that_follows_the_slant(slant, words):
    assert words in figures.caption({"deep": model_of(slant=(*slant, 0.0)[:3])})


def test_the_caption_says_when_no_axis_is_used():
    assert "none in dead, which uses no axis" in figures.caption({"dead": model_of(axes=())})


def test_the_caption_says_what_rose_and_what_fell_with_beta():
    models = {"strong": model_of(scores=HIGH, beta=4.0), "plain": model_of(scores=LOW)}
    words = figures.caption(models)
    assert "From β = 1 (plain) to β = 4 (strong)" in words
    assert "MIG (0.10 → 0.15) and C (0.40 → 0.45) rose, D (0.30 → 0.10) fell" in words
    assert "SAP (0.20) and I (0.50) stayed" in words


@pytest.mark.parametrize(
    "other", [{"beta": 1.0}, {"beta": 4.0, "latent": 10}, {"beta": 4.0, "conditional": True}]
)
def test_only_models_that_differ_in_beta_alone_are_compared(other):
    assert "From β" not in figures.caption({"a": model_of(), "b": model_of(**other)})


def test_the_caption_speaks_of_planes_only_where_there_are_some():
    assert "plane" not in figures.caption({"deep": model_of()})
    assert "plane" in figures.caption({"flat": model_of(2, (0, 1))})
