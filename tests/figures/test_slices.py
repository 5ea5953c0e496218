"""Slices of three latent axes: a panel for each z₃."""

import numpy as np

from figures import slices
from tests.figures.drawing import LOOK, pictures


def test_a_panel_for_each_place_on_the_third_axis():
    mean = pictures(3 * 4, 80).reshape(3, 2, 2, 80, 80)
    figure = slices.draw(mean, np.array([-0.9674, 0.0, 0.9674]), **LOOK)
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles == ["z₃ = −0.97", "z₃ = 0.00", "z₃ = 0.97"]
    for axes, panel in zip(figure.axes, mean, strict=True):
        shown = axes.images[0].get_array()[..., 0]
        assert np.array_equal(shown.reshape(2, 80, 2, 80).swapaxes(1, 2), panel)


def test_the_caption_says_what_share_of_the_prior_a_tile_stands_for():
    assert "1/500." in slices.caption(n=10, slices=5)
