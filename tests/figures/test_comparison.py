"""Revisions in one picture: their names, of any length, stay beside their lines."""

import pytest

from figures import comparison
from tests.figures.drawing import FORMULAS, LONG, words_on

CURVE = [(1.0, -3.0), (2.0, -2.0)]


@pytest.mark.parametrize("names", [LONG[:3], FORMULAS[:3]])
@pytest.mark.parametrize("kind", ["curves", "parallel"])
def test_names_of_revisions_stay_on_the_sheet(names, kind):
    if kind == "curves":
        figure = comparison.draw_curves([{"vae": CURVE}] * len(names), names, dpi=100)
    else:
        values = {"models.vae.beta": [1, 2, 3], "vae.elbo": [3, 1, 2]}
        figure = comparison.draw_parallel(values, names, dpi=100)
    shown = words_on(figure)
    assert not [text for text in shown if "$x_" in text.replace(r"\$x_", "")]
    labels = figure.axes[0].get_legend().get_texts()
    assert len(labels) == 3
    for label in labels:
        box = label.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= figure.bbox.width
