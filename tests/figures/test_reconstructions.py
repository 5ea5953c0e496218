"""Reconstructions beside test images, read from their artists."""

import numpy as np

from figures import reconstructions
from tests.figures.drawing import CLASSES, LOOK


def test_reconstructions_show_the_absolute_difference():
    x, mean = np.random.default_rng(0).random((2, 3, 2, 8, 8))
    figure = reconstructions.draw(x, mean, class_names=CLASSES, **LOOK)
    pictures = [axes.images[0].get_array()[..., 0].astype(int) for axes in figure.axes]
    assert np.abs(np.abs(pictures[0] - pictures[1]) - pictures[2])[:8, :8].max() <= 1
