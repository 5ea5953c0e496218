"""Neighbours of classes, by hand and by what must hold."""

import numpy as np
import pytest

from claims.neighbourhood.measure import neighbourhood


def test_neighbours_by_hand():
    points = np.array([[0.0], [1.0], [1.1], [3.0]])
    labels = np.array([0, 1, 1, 2])
    nearest = neighbourhood(points, labels, 3, 1)
    np.testing.assert_allclose(nearest, [[0, 1, 0], [1, 0, 0], [0, 1, 0]])
    # all three others: both of class 1 count as much as the one of class 2
    np.testing.assert_allclose(neighbourhood(points, labels, 3, 3)[0], [0, 0.5, 0.5])


def test_every_image_of_a_class_counts_the_same():
    """One sees a class of two images, the other one of a single image, of twice the density."""
    points = np.array([[0.0], [10.0], [0.1], [0.2], [10.1]])
    shares = neighbourhood(points, np.array([0, 0, 1, 1, 2]), 3, 1)
    np.testing.assert_allclose(shares[0], [0, 0.5, 0.5])


def test_a_class_of_many_images_is_no_nearer():
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [200, 900, 100])
    shares = neighbourhood(rng.normal(size=(1200, 2)), labels, 3, 50)
    assert shares[0] == pytest.approx([0, 0.5, 0.5], abs=0.05)


def test_shares_of_neighbours_add_up_and_leave_the_own_class_out():
    rng = np.random.default_rng(0)
    shares = neighbourhood(rng.normal(size=(60, 3)), np.arange(60) % 4, 4, 7)
    assert shares.sum(axis=1) == pytest.approx(np.ones(4))
    assert (np.diag(shares) == 0).all()


def test_a_class_without_images_has_no_neighbours_and_is_nobodys():
    shares = neighbourhood(np.arange(4.0)[:, None], np.array([0, 2, 0, 2]), 3, 9)
    np.testing.assert_array_equal(shares, [[0, 0, 1], [np.nan] * 3, [1, 0, 0]])
