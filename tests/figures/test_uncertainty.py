"""Posterior widths: ellipses at true scale, extremes in order, a caption of measured numbers."""

import numpy as np

from figures import uncertainty
from tests.figures.drawing import LIMIT, LOOK, pictures, plane_axes
from vae.codes import Codes


def codes_of_width(sigma, label):
    """Codes whose posteriors are as wide along both axes."""
    zero = np.zeros((len(sigma), 2), np.float32)
    log_var = 2 * np.log(np.array(sigma, np.float32))[:, None].repeat(2, axis=1)
    return Codes(zero, log_var, zero, np.array(label))


def test_posterior_ellipses_are_at_true_scale(planes, codes):
    ellipses = [p for p in plane_axes(planes["uncertainty"])[0].patches if hasattr(p, "angle")]
    ellipses = [p for p in ellipses if type(p).__name__ == "Ellipse"]
    assert len(ellipses) == 6
    for ellipse in ellipses:
        i = np.abs(codes.mean - ellipse.center).sum(axis=1).argmin()
        sigma = np.exp(0.5 * codes.log_var[i])
        np.testing.assert_allclose((ellipse.width, ellipse.height), 2 * sigma, rtol=1e-5)


def extremes(codes, strip):
    images = pictures(len(codes.mean))
    figure = uncertainty.draw(
        images, codes, class_names=("a",), ellipses=1, strip=strip, limit=LIMIT, seed=0, **LOOK
    )
    return images, [axes.images[0].get_array() for axes in figure.axes[2:]]


def test_the_images_of_smallest_and_largest_width_come_first():
    images, (smallest, largest) = extremes(codes_of_width([3, 1, 2, 6, 5, 4], [0] * 6), 2)
    assert np.array_equal(smallest[:8, :, 0], images[1])
    assert np.array_equal(smallest[9:, :, 0], images[2])
    assert np.array_equal(largest[:8, :, 0], images[3])
    assert np.array_equal(largest[9:, :, 0], images[4])


def test_classes_of_few_images_have_shorter_strips():
    _, (smallest, largest) = extremes(codes_of_width([1, 2, 3], [0, 0, 0]), 5)
    assert smallest.shape == largest.shape == (3 * 9 - 1, 8, 3)


def test_the_caption_names_the_classes_of_smallest_and_largest_median_width():
    codes = codes_of_width(
        [0.2, 0.2, 0.9, 0.4, 0.5, 0.6, 0.1, 0.3, 0.3], [0, 0, 0, 1, 1, 1, 2, 2, 2]
    )
    said = uncertainty.caption(codes, ("x", "y", "z", "absent"))
    assert "median over the test images is 0.300, by class from 0.200 (x) to 0.500 (y)." in said


def test_the_caption_compares_no_classes_where_there_is_one():
    said = uncertainty.caption(codes_of_width([0.2, 0.4, 0.9], [0, 0, 0]), ("x",))
    assert "median over the test images is 0.400. " in said
    assert "by class" not in said
