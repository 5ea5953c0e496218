"""Maps and their measures: against scikit-learn, brute force, and another machine's algebra."""

import json
import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.special import softmax
from scipy.stats import entropy
from sklearn import manifold
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_info

from vae import embedding
from vae.embedding import knn_accuracy, nearest, trustworthiness
from vae.files.errors import InputError

OPTIONS = {"perplexity": 10.0, "iterations": 500, "angle": 0.5, "seed": 0}


def clouds(*sizes, axes=6):
    """Normal clouds, each 50 from the one before on every axis."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(size=(n, axes)) + 50 * i for i, n in enumerate(sizes)])


def test_tsne_keeps_clusters_apart_and_is_deterministic():
    points = clouds(30, 30)
    plane, divergence = embedding.tsne(points, **OPTIONS)
    again, _ = embedding.tsne(points, **OPTIONS)
    assert np.array_equal(plane, again)
    assert 0 < divergence < 10
    within = np.linalg.norm(plane[:30] - plane[:30].mean(0), axis=1).max()
    assert np.linalg.norm(plane[:30].mean(0) - plane[30:].mean(0)) > within


def test_tsne_lowers_a_perplexity_that_is_too_large():
    plane, _ = embedding.tsne(clouds(12), **OPTIONS | {"perplexity": 500.0, "iterations": 250})
    assert plane.shape == (12, 2)


def joint(points, perplexity):
    """p_ij of t-SNE by its definition, among each point's 3 · perplexity + 1 nearest others."""
    squares = cdist(points, points, "sqeuclidean")
    np.fill_diagonal(squares, np.inf)
    among = squares <= np.sort(squares, axis=1)[:, [int(3 * perplexity)]]
    given = np.zeros_like(squares)

    def surplus(beta, near):
        return entropy(softmax(-beta * near)) - np.log(perplexity)

    for row, square, near in zip(given, squares, among, strict=True):
        beta = brentq(surplus, 1e-6, 1e3, args=(square[near],))
        row[near] = softmax(-beta * square[near])
    return (given + given.T) / (2 * len(points))


def test_the_divergence_is_that_of_the_map_by_its_definition():
    """Source: van der Maaten & Hinton 2008, equations 1, 4 and 5."""
    points = clouds(60, 60)
    plane, divergence = embedding.tsne(points, **OPTIONS | {"angle": 0.1})
    p, q = joint(points, 10.0), 1 / (1 + cdist(plane, plane, "sqeuclidean"))
    np.fill_diagonal(q, 0)
    q /= q.sum()
    expected = (p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum()
    assert divergence == pytest.approx(expected, rel=0.01)


def test_pca_is_scikit_learns():
    points = clouds(40) * np.arange(1, 7)
    plane, explained = embedding.pca(points)
    oracle = PCA(2).fit(points)
    np.testing.assert_allclose(np.abs(plane), np.abs(oracle.transform(points)), atol=1e-8)
    np.testing.assert_allclose(explained, oracle.explained_variance_ratio_)


NEAREST = {
    "one cloud": (clouds(150), 12),
    "single precision": (clouds(150).astype(np.float32), 12),
    "far clouds": (clouds(40, 40) * 1e3, 30),
    "equal points": (np.repeat(clouds(15), 20, axis=0), 25),
    "one axis": (clouds(50, axes=1), 3),
    "fewer points than asked for": (clouds(5), 20),
}


@pytest.mark.parametrize("points, k", NEAREST.values(), ids=NEAREST)
def test_the_nearest_are_those_of_brute_force_and_the_point_itself(points, k):
    n, others = len(points), min(k, len(points) - 1)
    found = nearest(points, k)
    distances, columns = (part.reshape(n, others + 1) for part in (found.data, found.indices))
    assert found.shape == (n, n)
    assert columns[:, 0].tolist() == list(range(n))
    assert (distances[:, 0] == 0).all()
    assert all(len(set(row)) == others + 1 for row in columns.tolist())

    expected = cdist(points.astype(np.float64), points.astype(np.float64))
    np.testing.assert_allclose(np.take_along_axis(expected, columns, 1), distances, atol=1e-6)
    np.fill_diagonal(expected, np.inf)
    np.testing.assert_allclose(distances[:, 1:], np.sort(expected)[:, :others], atol=1e-6)


KERNEL = """
import hashlib, json
import numpy as np
from threadpoolctl import threadpool_info
from vae.embedding import nearest, pca, tsne

def digest(*arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()

points = np.random.default_rng(0).normal(size=(300, 20))
near = nearest(points, 31)
plane, divergence = tsne(points, perplexity=10.0, iterations=300, angle=0.8, seed=0)
print(json.dumps({
    "kernel": sorted({pool.get("architecture", "") for pool in threadpool_info()}),
    "product": digest(points @ points.T, pca(points)[0]),
    "nearest": digest(near.data, near.indices, near.indptr),
    "map": digest(plane), "divergence": divergence,
}))
"""


@pytest.fixture(scope="module")
def kernels(root):
    """What two kernels of OpenBLAS compute."""
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("these kernels are of x86-64")
    if {pool["internal_api"] for pool in threadpool_info() if pool["user_api"] == "blas"} != {
        "openblas"
    }:
        pytest.skip("numpy and scipy use another library than OpenBLAS")
    found = []
    for core in ("Haswell", "Prescott"):
        chosen = {"OPENBLAS_CORETYPE": core, "OMP_NUM_THREADS": "1"}
        done = subprocess.run(
            [sys.executable, "-c", KERNEL],
            cwd=root,
            env=os.environ | chosen,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    if found[0].pop("kernel") == found[1].pop("kernel"):
        pytest.skip("this OpenBLAS was built for one kernel")
    return found


def test_two_kernels_round_matrix_products_differently(kernels):
    """Else the next test would compare nothing."""
    assert kernels[0]["product"] != kernels[1]["product"]


@pytest.mark.parametrize("what", ["nearest", "map", "divergence"])
def test_the_map_does_not_depend_on_the_kernel_of_linear_algebra(what, kernels):
    assert kernels[0][what] == kernels[1][what]


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


def test_points_that_are_all_one_have_no_map():
    """scikit-learn would start from NaN, and its tree never end."""
    with pytest.raises(InputError, match="all 20 codes are the same"):
        embedding.tsne(np.ones((20, 3)), **OPTIONS)


def test_neighbours_of_few_points_are_as_many_as_there_can_be():
    points = np.random.default_rng(0).normal(size=(7, 3))
    assert trustworthiness(points, points, 12) == trustworthiness(points, points, 3) == 1


def test_neighbours_say_nothing_where_there_is_one_class():
    assert knn_accuracy(np.zeros((4, 2)), np.full(4, 3), 1) is None
