"""Figures of images of any height and width, in grey and in colour: nothing covers anything."""

from itertools import combinations

import numpy as np
import pytest

from figures import (
    conditional,
    digits,
    interpolation,
    manifold,
    reconstructions,
    samples,
    traversal,
    uncertainty,
)
from tests.figures.drawing import CLASSES, LIMIT, LOOK, clusters
from vae.pictures import Walk

CODES = clusters(3, 30)
NAMED = LOOK | {"class_names": CLASSES}
PLANE = NAMED | {"limit": LIMIT}


def images(shape, *count):
    return np.random.default_rng(0).random((*count, *shape))


def walk(shape):
    strip = images(shape, 4)
    return Walk(
        np.array([[-2.0, 0], [2, 0]]), np.array([0, 1]), strip, np.array([0, 0, 1, 1]), strip
    )


FIGURES = {
    "conditional": lambda s: conditional.draw(images(s, 3, 3), **NAMED),
    "digits": lambda s: digits.draw(
        np.rint(255 * images(s, 30)).astype(np.uint8), CODES.mean, CODES.label, seed=0, **PLANE
    ),
    "interpolation": lambda s: interpolation.draw([[walk(s)]], CODES.mean, CODES.label, **PLANE),
    "manifold": lambda s: manifold.draw(images(s, 4, 4), **LOOK),
    "class_manifolds": lambda s: manifold.draw_classes(images(s, 3, 4, 4), **NAMED),
    "reconstructions": lambda s: reconstructions.draw(*images(s, 2, 3, 3), **NAMED),
    "samples": lambda s: samples.draw(
        *images(s, 2, 9), np.random.default_rng(1).normal(size=(9, 2)), limit=LIMIT, **LOOK
    ),
    "traversal": lambda s: traversal.draw(
        images(s, 2, 5), names=["a", "b"], active=[True, False], limit=2.0, **LOOK
    ),
    "uncertainty": lambda s: uncertainty.draw(
        np.rint(255 * images(s, 30)).astype(np.uint8), CODES, ellipses=1, strip=3, seed=0, **PLANE
    ),
}


@pytest.mark.parametrize("shape", [(17, 33), (33, 17, 3)], ids=["wide", "high, in colour"])
@pytest.mark.parametrize("name", FIGURES)
def test_no_picture_covers_another_or_leaves_the_sheet(name, shape):
    figure = FIGURES[name](shape)
    boxes = {axes.get_window_extent().bounds for axes in figure.axes}  # twins share one
    width, height = figure.canvas.get_width_height()
    for left, bottom, w, h in boxes:
        assert left >= 0 and bottom >= 0
        assert left + w <= width and bottom + h <= height
    for (a, b, w, h), (c, d, v, g) in combinations(boxes, 2):
        apart = a + w <= c or c + v <= a or b + h <= d or d + g <= b
        assert apart, name
