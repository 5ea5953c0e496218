"""The figure of σ and entropy: correlations, extremes and words are those of the numbers."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from claims.posterior_std import figure as posterior_std
from claims.posterior_std.measure import Correlation, Measured, StdAgainstEntropy
from figures.style import palette, word_colour
from vae.files.dataset import LabelledImages

CLASSES = ("zero", "one", "Ankle boot")
LOOK = {"class_names": CLASSES, "strip": 4, "title": "A figure: model on data", "dpi": 100}
POSITIVE = Correlation(0.4, 0.3, 0.5)
LABEL = np.arange(60) % 3


def comparison(example=POSITIVE):
    return StdAgainstEntropy(
        overall=Correlation(-0.1, -0.2, 0.05),
        within=[example, Correlation(-0.3, -0.4, -0.2), Correlation(np.nan, np.nan, np.nan)],
        entropy=np.array([0.4, 0.3]),
        entropy_in_class=np.array([0.1, 0.5]),
        error=np.array([0.02, 0.03]),
        error_in_class=np.array([0.01, 0.04]),
    )


@pytest.fixture(scope="module")
def images():
    x = np.random.default_rng(1).integers(0, 256, size=(60, 8, 8), dtype=np.uint8)
    return LabelledImages(x, LABEL)


@pytest.fixture(scope="module")
def measured():
    rng = np.random.default_rng(2)
    return Measured("vae", rng.random(60), rng.dirichlet(np.ones(3), size=60), comparison())


@pytest.fixture(scope="module")
def figure(images, measured):
    return posterior_std.draw(images, measured, example=2, **LOOK)


def by_std(measured):
    members = np.flatnonzero(LABEL == 2)
    return members[measured.std[members].argsort()]


def test_correlations_lie_at_their_numbers_with_their_intervals(figure):
    lines = figure.axes[2].lines[:8]
    dots = [(float(dot.get_xdata()[0]), int(dot.get_ydata()[0])) for dot in lines[1:6:2]]
    assert dots == [(-0.1, 0), (0.4, 1), (-0.3, 2)]
    intervals = [list(line.get_xdata()) for line in lines[0:6:2]]
    assert intervals == [[-0.2, 0.05], [0.3, 0.5], [-0.4, -0.2]]
    assert [to_rgb(line.get_color()) for line in lines[2::2]] == palette(3)


def test_the_strips_hold_the_extremes_of_one_class(figure, measured, images):
    smallest, largest = (axes.images[0].get_array() for axes in figure.axes[3:])
    order = by_std(measured)
    assert np.array_equal(smallest[:, :8, 0], images.x[order[0]])
    assert np.array_equal(largest[:, :8, 0], images.x[order[-1]])


def test_under_an_image_stands_what_the_classifier_predicts(figure, measured):
    shown = measured.probabilities[by_std(measured)[:4]]
    start = [text.get_text() for text in figure.texts].index("Ankle boot: the smallest σ") + 1
    numbers, names = (figure.texts[start + i : start + 8 : 2] for i in (0, 1))
    assert [text.get_text() for text in numbers] == [f"{p:.2f}" for p in shown.max(axis=1)]
    predicted = shown.argmax(axis=1)
    colours = [word_colour(colour) for colour in palette(3)]
    assert [text.get_text() for text in names] == [CLASSES[c] for c in predicted]
    assert [to_rgb(text.get_color()) for text in names] == [colours[c] for c in predicted]


def test_a_class_without_images_has_no_strip(images, measured):
    without = images._replace(y=images.y % 2)
    figure = posterior_std.draw(without, measured, example=2, **LOOK)
    assert len(figure.axes) == 3


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (POSITIVE, "In class zero a higher entropy does go with a larger σ: ρ = +0.40"),
        (Correlation(0.1, 0.05, 0.2), "does go with a slightly larger σ"),
        (Correlation(-0.4, -0.5, -0.3), "a higher entropy goes with a smaller σ"),
        (Correlation(0.1, -0.1, 0.3), "σ shows: ρ = +0.10, −0.10 to +0.30"),
        (Correlation(np.nan, np.nan, np.nan), "too few images"),
    ],
)
def test_the_verdict_on_a_class_is_the_intervals(found, verdict):
    assert verdict in posterior_std.caption(comparison(found), class_names=CLASSES, example=0)


def test_classes_are_counted_by_their_intervals():
    said = posterior_std.caption(comparison(), class_names=CLASSES, example=0)
    assert "positive beyond chance for 1 of 2 classes and negative for 1" in said


def test_errors_at_both_ends_are_those_measured():
    said = posterior_std.caption(comparison(), class_names=CLASSES, example=0)
    assert "errs on 4.0% of the images of largest σ in their class (one part of 2)" in said
    assert "on 1.0% of those of smallest" in said
