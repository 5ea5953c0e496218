"""The same codes as every class, read from the artists."""

import numpy as np

from figures import conditional
from tests.figures.drawing import CLASSES, LOOK


def test_the_conditional_grid_has_a_column_for_each_class():
    figure = conditional.draw(np.zeros((4, 3, 8, 8)), class_names=CLASSES, **LOOK)
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == list(CLASSES)
