"""Maps of a latent space of many axes, and how faithful they are."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float64, Int, Num
from numpy import ndarray
from scipy.sparse import csr_array

from vae.files.errors import InputError

_MORE_CANDIDATES = 10
_DECIMALS = 6
"""Distances and starts of t-SNE are rounded to so many: its descent is chaotic, and would carry a
last digit that differs between linear-algebra libraries to another map."""


class Maps(NamedTuple):
    """Two maps of the same codes."""

    tsne: Float[ndarray, "n 2"]
    pca: Float[ndarray, "n 2"]
    label: Int[ndarray, " n"]
    """The images' classes."""


def tsne(
    points: Num[ndarray, "n latent"],
    *,
    perplexity: float,
    iterations: int,
    angle: float,
    seed: int,
    verbose: bool = False,
) -> tuple[Float[ndarray, "n 2"], float]:
    """A t-SNE map, and the Kullback–Leibler divergence (nats) that its optimiser reached.

    A perplexity that is too large for the number of points is lowered to a third of it.
    A group of points seen under less than `angle` (its width by its distance) is taken for one.
    The map starts from the first two principal components, scaled as scikit-learn does.
    Sources: van der Maaten & Hinton 2008; van der Maaten 2014, arXiv:1301.3342 (the angle);
    scikit-learn's implementation.

    Raises:
        InputError: all points are one.
    """
    from sklearn.manifold import TSNE

    perplexity = min(perplexity, (len(points) - 1) / 3)
    if not np.ptp(points, axis=0).any():
        raise InputError(f"t-SNE has nothing to map: all {len(points)} codes are the same")
    start = pca(points.astype(np.float64))[0]
    model = TSNE(
        perplexity=perplexity,
        init=1e-4 * (start / start[:, 0].std()).round(_DECIMALS).astype(np.float32),
        metric="precomputed",
        learning_rate="auto",
        max_iter=iterations,
        angle=angle,
        random_state=seed,
        verbose=2 * verbose,
        n_jobs=-1,
    )
    near = nearest(points, int(3 * perplexity + 1))  # as many as scikit-learn asks for
    return model.fit_transform(near), float(model.kl_divergence_)


def nearest(points: Num[ndarray, "n latent"], k: int) -> csr_array:
    """Distances of every point to its k nearest others and to itself, as a sparse n×n matrix.

    A fast search by matrix products proposes candidates; their distances are then summed exactly
    and rounded, so that they are the same numbers whatever library multiplies the matrices.
    """
    from sklearn.neighbors import NearestNeighbors

    points, n = points.astype(np.float64), len(points)
    k = min(k, n - 1)
    search = NearestNeighbors(n_neighbors=min(k + _MORE_CANDIDATES, n - 1), algorithm="brute")
    candidates = np.sort(search.fit(points).kneighbors(return_distance=False), axis=1)
    squares = sum((axis[candidates] - axis[:, None]) ** 2 for axis in points.T)
    distances = np.sqrt(squares).round(_DECIMALS)
    order = distances.argsort(axis=1, kind="stable")[:, :k]
    columns = np.take_along_axis(candidates, order, axis=1)
    values = np.take_along_axis(distances, order, axis=1)
    own: Float64[ndarray, "n 1"] = np.zeros((n, 1))
    return csr_array(
        (
            np.concatenate([own, values], axis=1).ravel(),
            np.concatenate([np.arange(n)[:, None], columns], axis=1).ravel(),
            np.arange(n + 1) * (k + 1),
        ),
        shape=(n, n),
    )


def pca(points: Num[ndarray, "n latent"]) -> tuple[Float[ndarray, "n 2"], Float[ndarray, " 2"]]:
    """The first two principal components, and the share of the variance that each explains."""
    from sklearn.decomposition import PCA

    model = PCA(2, svd_solver="full")
    return model.fit_transform(points), model.explained_variance_ratio_


def knn_accuracy(
    points: Num[ndarray, "n axes"], labels: Int[ndarray, " n"], k: int
) -> float | None:
    """Share of points whose class the majority of their k nearest others have (leave-one-out).

    None where all are of one class, which says nothing.
    """
    from sklearn.neighbors import KNeighborsClassifier

    if np.ptp(labels) == 0:
        return None
    classifier = KNeighborsClassifier(min(k, len(points) - 1)).fit(points, labels)
    return float(classifier.score(None, labels))


def trustworthiness(
    points: Num[ndarray, "n axes"], embedded: Num[ndarray, "n plane"], k: int
) -> float:
    """How far neighbours on a map are neighbours in the space it maps: 1 if always.

        1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_j max(0, r(i, j) − k)

    over the k neighbours j of i on the map, with r(i, j) the rank of j by distance from i in the
    space; of fewer than 2k + 1 points, over as many neighbours as it is defined for. It equals
    scikit-learn's `trustworthiness`, whose memory is quadratic in n; this one ranks only the
    neighbours and needs a slice of the distances at a time. Source: Venna & Kaski 2001.
    """
    from sklearn.metrics import pairwise_distances_chunked
    from sklearn.neighbors import NearestNeighbors

    n = len(points)
    k = min(k, (n - 1) // 2)
    neighbours = NearestNeighbors(n_neighbors=k).fit(embedded).kneighbors(return_distance=False)
    penalty, start = 0, 0
    for distances in pairwise_distances_chunked(points.astype(np.float64), working_memory=64):
        own = np.arange(len(distances))
        distances[own, start + own] = -1  # rank 0: no point is a neighbour of its own
        for neighbour in neighbours[start + own].T:
            rank = (distances < distances[own, neighbour][:, None]).sum(axis=1)
            penalty += int(np.maximum(0, rank - k).sum())
        start += len(distances)
    return 1 - 2 * penalty / (n * k * (2 * n - 3 * k - 1))
