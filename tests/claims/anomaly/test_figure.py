"""The figure of anomalies: marks at their AUROCs, and a caption that compares them."""

import numpy as np
import pytest

from claims.anomaly import figure as anomaly
from claims.anomaly.measure import CORRECTED, ELBO, RECONSTRUCTION, RELATIVE, Anomalies, OtherData

CLASSES = ("zero", "one", "Ankle boot")
LOOK = {"class_names": CLASSES, "title": "A figure: model on data", "dpi": 100}
HELD_OUT = {
    ELBO: np.array([0.9, 0.2, np.nan]),
    CORRECTED: np.array([0.8, 0.7, np.nan]),
    RECONSTRUCTION: np.array([0.9, 0.3, np.nan]),
    RELATIVE: np.array([0.95, 0.75, np.nan]),
}
PUBLISHED = {"one": 0.73, "mean": 0.855}
FOUND = Anomalies("beta1", HELD_OUT, [OtherData("these", "those", dict.fromkeys(HELD_OUT, 0.97))])


@pytest.fixture(scope="module")
def figure():
    return anomaly.draw(FOUND, published=PUBLISHED, **LOOK)


def test_marks_lie_at_their_aurocs_with_the_mean_last(figure):
    axes = figure.axes[0]
    marks = {line.get_label(): line.get_xdata() for line in axes.lines}
    np.testing.assert_allclose(marks[ELBO], [0.9, 0.2, np.nan, 0.55])
    np.testing.assert_allclose(marks[RELATIVE], [0.95, 0.75, np.nan, 0.85])
    assert [label.get_text() for label in axes.get_yticklabels()] == [*CLASSES, "mean"]


def test_published_values_are_hollow_marks_in_their_rows(figure):
    (line,) = (line for line in figure.axes[0].lines if line.get_label() == "published")
    assert list(line.get_xdata()) == [0.73, 0.855]
    assert list(line.get_ydata()) == [1, 3]
    assert line.get_markerfacecolor() == "none"


def test_no_auroc_is_cut_off(figure):
    assert figure.axes[0].get_xlim()[0] <= 0.2


def test_other_data_has_a_row_for_each_pair(figure):
    axes = figure.axes[1]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "trained on these,\nshown those"
    ]
    assert [list(line.get_xdata()) for line in axes.lines[: len(HELD_OUT)]] == [[0.97]] * 4


def test_without_pairs_and_published_values_there_is_one_panel_and_no_mark_for_them():
    figure = anomaly.draw(FOUND._replace(other_data=[]), published={}, **LOOK)
    (axes,) = figure.axes
    assert "published" not in [line.get_label() for line in axes.lines]
    assert axes.get_xlabel()


def test_the_caption_says_what_the_correction_changes():
    said = anomaly.caption(FOUND, class_names=CLASSES, published=PUBLISHED)
    assert "−ELBO reaches 0.550 in the mean (published: 0.855)" in said
    assert "changes one most, from 0.20 to 0.75" in said
    assert "Without it one ranks as more normal" in said
    assert "With it the hardest is one (0.75)" in said
    assert f"Best in the mean is {RELATIVE} (0.850)" in said
    assert "shown those, −ELBO reaches 0.97, less H(x) 0.97, divided by 1 + H(x) 0.97." in said


def test_classes_below_chance_are_named_only_if_there_are():
    above = FOUND._replace(held_out=HELD_OUT | {ELBO: np.array([0.9, 0.6, np.nan])})
    said = anomaly.caption(above, class_names=CLASSES, published={})
    assert "no class scores below chance" in said
    assert "published" not in said
