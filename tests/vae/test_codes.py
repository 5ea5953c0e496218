"""Measures on codes against scikit-learn and numbers computed by hand."""

import numpy as np
import pytest
from sklearn import manifold

from vae.codes import Codes, active, kl_by_axis, posterior_std
from vae.embedding import knn_accuracy, trustworthiness


def codes(mean, log_var):
    mean, log_var = np.float32(mean), np.float32(log_var)
    return Codes(mean, log_var, mean, np.zeros(len(mean), np.int64))


def test_kl_by_axis_by_hand():
    got = kl_by_axis(codes([[1, 0], [3, 0]], [[0, 0], [0, np.log(4)]]))
    assert got == pytest.approx([(0.5 + 4.5) / 2, (0 + 0.5 * (4 - np.log(4) - 1)) / 2])


def test_an_axis_is_active_if_its_means_vary():
    mean = np.zeros((4, 2))
    mean[:, 0] = [-0.2, 0.2, -0.2, 0.2]  # variance 0.04
    assert active(codes(mean, np.zeros((4, 2))), 0.01).tolist() == [True, False]


def test_doubt_is_the_geometric_mean_of_the_standard_deviations():
    assert posterior_std(codes([[0, 0]], [[np.log(4), np.log(16)]])) == pytest.approx(
        np.sqrt(2 * 4)
    )


def test_knn_leaves_the_point_itself_out():
    points = np.array([[0.0], [1.0], [2.1], [3.3]])
    assert knn_accuracy(points, np.array([0, 1, 0, 1]), 1) == 0


def test_knn_of_separate_clusters_is_perfect():
    labels = np.repeat([0, 1], 10)
    points = labels[:, None] * 100 + np.arange(20)[:, None] % 10
    assert knn_accuracy(points, labels, 3) == 1


@pytest.mark.parametrize("k", [1, 5, 12])
def test_trustworthiness_equals_scikit_learns(k):
    rng = np.random.default_rng(0)
    points, plane = rng.normal(size=(150, 6)), rng.normal(size=(150, 2))
    expected = manifold.trustworthiness(points, plane, n_neighbors=k)
    assert trustworthiness(points, plane, k) == pytest.approx(expected)


def test_a_faithful_map_is_trusted():
    points = np.random.default_rng(0).normal(size=(60, 2))
    assert trustworthiness(points, 3 * points, 5) == 1


def test_codes_survive_the_file(tmp_path):
    rng = np.random.default_rng(0)
    parts = (rng.normal(size=(7, 2)).astype(np.float32) for _ in range(3))
    written = Codes(*parts, rng.integers(3, size=7))
    for name in ("a.npz", "b.npz"):
        written.save(tmp_path / name)
    read = Codes.load(tmp_path / "a.npz")
    assert all(np.array_equal(a, b) for a, b in zip(read, written, strict=True))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
