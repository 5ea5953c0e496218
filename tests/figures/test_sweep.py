"""The pictures of a sweep: where values stand, and what is drawn of them."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from figures.style import DARK
from figures.sweep import FEW, Column, draw_effects, draw_parallel


def column(*values, name="beta"):
    return Column(name, values, [str(value) for value in values])


def test_few_values_stand_evenly_apart_in_their_order():
    some = column(4, 0.5, 1, 4)
    assert some.places.tolist() == [1, 0, 0.5, 1]
    assert some.ticks == {1.0: "4", 0.0: "0.5", 0.5: "1"}


def test_words_and_lists_stand_in_the_order_they_come():
    assert column("mlp", "convolutional", "mlp").places.tolist() == [0, 1, 0]
    assert column([64], [256, 256]).ticks == {0.0: "[64]", 1.0: "[256, 256]"}
    assert column(*"abcdefghij").few


def test_many_numbers_lie_on_their_scale_with_both_ends_written():
    linear = column(*range(10, 20))
    assert not linear.few
    np.testing.assert_allclose(linear.places, np.arange(10) / 9)
    assert linear.ticks == {0.0: "10", 1.0: "19"}
    wide = column(*(10.0**power for power in range(FEW + 1)))
    np.testing.assert_allclose(wide.places, np.arange(9) / 8)


def test_truth_is_no_number():
    assert column(True, False).places.tolist() == [0, 1]


def effects(means, *columns, spreads=None):
    means = np.array(means, float)
    spreads = np.full(len(means), np.nan) if spreads is None else np.array(spreads)
    return draw_effects(columns, means, spreads, ("vae.elbo", "nats"), dpi=100)


def test_every_setting_is_a_dot_and_the_medians_are_joined():
    axes = effects([-10, -16, -12, -14], column(1, 2, 1, 2)).axes[0]
    dots = axes.containers[0].lines[0].get_xydata()
    np.testing.assert_allclose(dots, [[0, -10], [1, -16], [0, -12], [1, -14]])
    medians = axes.lines[-1]
    assert to_rgb(medians.get_color()) == to_rgb(DARK)
    np.testing.assert_allclose(medians.get_xydata(), [[0, -11], [1, -15]])


def test_a_bar_is_the_spread_over_seeds():
    axes = effects([-10, -30], column(1, 2), spreads=[2, np.nan]).axes[0]
    (bars,) = axes.containers[0].lines[2]
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [[-12, -8], [-30, -30]]


def test_what_is_far_below_is_marked_at_the_edge():
    axes = effects([-10, -11, -12, -9000], column(1, 2, 3, 4)).axes[0]
    marks = next(line for line in axes.lines if line.get_marker() == "v")
    ((place, height),) = marks.get_xydata()
    # the median is −11.5 and the best 1.5 above it: four times that below lies −17.5, and the edge
    # lies 8 % of those 7.5 beyond
    assert (place, height) == (1, pytest.approx(-18.1))
    assert axes.get_ylim()[0] == pytest.approx(-18.1)


def test_a_setting_is_a_line_through_its_values_and_the_best_is_black_and_on_top():
    figure = draw_parallel(
        [column(1, 2, 4), column("a", "b", "a")], np.array([-3.0, -1, -2]), "vae.elbo", dpi=100
    )
    (axes,) = figure.axes
    lines = {tuple(line.get_ydata()[:2]): line for line in axes.lines if len(line.get_xdata()) == 3}
    assert set(lines) == {(0, 0), (0.5, 1), (1, 0)}
    best = lines[0.5, 1]
    assert to_rgb(best.get_color()) == to_rgb(DARK)
    assert best.get_zorder() > max(line.get_zorder() for line in lines.values() if line is not best)
    heights = [lines[key].get_ydata()[2] for key in ((0, 0), (1, 0), (0.5, 1))]
    assert heights == sorted(heights)
    written = [text.get_text() for text in axes.texts]
    assert {"beta", "vae.elbo", "1", "2", "4", "a", "b"} <= set(written)
