"""The latent plane: one frame in every figure, names on their clusters, images at their codes."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from figures import scatter
from figures.plane import place
from figures.plane import scatter as dots
from tests.figures.drawing import CLASSES, LIMIT, LOOK, plane_axes

PLANES = ["scatter", "digits", "uncertainty", "interpolation", "film"]


@pytest.mark.parametrize("name", [*PLANES, "samples"])
def test_every_latent_plane_has_the_same_frame(planes, name):
    axes = plane_axes(planes[name])
    assert axes
    for plane in axes:
        assert plane.get_xlim() == plane.get_ylim() == (-LIMIT, LIMIT)
        assert plane.get_ylabel() == "$z_2$"


@pytest.mark.parametrize("name", PLANES)
def test_class_names_stand_on_their_clusters(planes, codes, name):
    axes = plane_axes(planes[name])[-1]
    places = {
        text.get_text(): np.array(text.xy) for text in axes.texts if text.get_text() in CLASSES
    }
    for label, word in enumerate(CLASSES):
        cluster = codes.mean[codes.label == label]
        assert np.abs(places[word] - np.median(cluster, axis=0)).max() < 0.25


def test_a_class_without_images_in_sight_has_no_label(codes):
    far = codes._replace(mean=codes.mean + np.float32([100, 0]) * (codes.label == 2)[:, None])
    figure = scatter.draw(far, class_names=CLASSES, n=4, limit=LIMIT, **LOOK)
    shown = [text.get_text() for text in figure.axes[0].texts]
    assert "two" not in shown
    assert "one" in shown


def test_a_plane_without_any_image_in_sight_has_no_labels(codes):
    far = codes._replace(mean=codes.mean + np.float32(100))
    figure = scatter.draw(far, class_names=CLASSES, n=4, limit=LIMIT, **LOOK)
    assert [text.get_text() for text in figure.axes[0].texts] == ["1σ", "2σ"]


def test_names_of_clusters_that_coincide_are_moved_apart_by_no_more_than_need_be(codes):
    same = codes._replace(mean=np.zeros_like(codes.mean))
    figure = scatter.draw(same, class_names=CLASSES, n=4, limit=LIMIT, **LOOK)
    places = np.array([text.xy for text in figure.axes[0].texts if text.get_text() in CLASSES])
    assert np.abs(places[:, 0]).max() < 0.01  # one above the other
    heights = np.diff(np.sort(places[:, 1]))
    line = 9 * 1.2 / 72 / 4.2 * 2 * LIMIT  # a line of 9 points on a plane of 4.2 inches
    np.testing.assert_allclose(heights, line, rtol=0.05)


@pytest.mark.parametrize("n, area", [(5000, 2.0), (1000, 2.0), (250, 4.0)])
def test_few_dots_are_larger(n, area):
    axes = Figure().add_subplot()
    dots(axes, np.zeros((n, 2)), np.zeros(n, int), 3)
    assert axes.collections[0].get_sizes() == pytest.approx(area)


def test_images_on_the_map_lie_at_their_codes():
    white = np.full((1, 8, 8), 255, np.uint8)
    canvas = place(white, np.array([[2.0, 1.0]]), 4.0, 200, 2)[..., 0]
    rows, columns = np.nonzero(canvas)
    assert columns.mean() == pytest.approx((2 + 4) / 8 * 200, abs=1)
    assert rows.mean() == pytest.approx((4 - 1) / 8 * 200, abs=1)


def test_of_pictures_in_colour_the_later_lies_above_and_of_grey_ones_the_brighter():
    dark, light = np.full((1, 4, 4), 50, np.uint8), np.full((1, 4, 4), 200, np.uint8)
    both, middle = np.concatenate([light, dark]), np.zeros((2, 2))
    assert place(both, middle, 4.0, 20, 1)[10, 10].tolist() == [200] * 3
    coloured = np.stack([both, both, both // 2], axis=-1)
    assert place(coloured, middle, 4.0, 20, 1)[10, 10].tolist() == [50, 50, 25]
