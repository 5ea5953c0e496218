"""The codes of a data set: what the encoder says of each image, and measures on them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Num
from numpy import ndarray


class Codes(NamedTuple):
    """The posteriors q(z | x) = N(mean, diag exp(log_var)) of N images, in their order."""

    mean: Float32[ndarray, "n latent"]
    log_var: Float32[ndarray, "n latent"]
    sample: Float32[ndarray, "n latent"]
    """One draw z ~ q(z | x) for each image."""
    label: Int[ndarray, " n"]
    """The images' classes."""

    @property
    def latent_dim(self) -> int:
        """Number of latent axes."""
        return self.mean.shape[1]

    def save(self, path: Path) -> None:
        """Write an .npz; the same codes give the same bytes."""
        np.savez(path, **self._asdict())

    @classmethod
    def load(cls, path: Path) -> "Codes":
        """Read what `save` wrote."""
        with np.load(path) as file:
            return cls(**file)


def kl_by_axis(codes: Codes) -> Float[ndarray, " latent"]:
    """KL(q(z_i | x) ‖ p(z_i)) of every latent axis, mean over images, in nats."""
    mean, log_var = codes.mean.astype(np.float64), codes.log_var.astype(np.float64)
    return np.asarray(0.5 * (mean**2 + np.exp(log_var) - log_var - 1).mean(axis=0))


def active(codes: Codes, threshold: float) -> Bool[ndarray, " latent"]:
    """Whether each latent axis is used: its posterior mean varies over the data beyond `threshold`.

    Source: Burda et al. 2016, appendix C: Var_x(E_q[z]) > 0.01.
    """
    return np.asarray(codes.mean.astype(np.float64).var(axis=0) > threshold)


def doubt(codes: Codes) -> Float[ndarray, " n"]:
    """σ of every image: the geometric mean of its posterior's standard deviations."""
    return np.asarray(np.exp(0.5 * codes.log_var.astype(np.float64).mean(axis=1)))


def knn_accuracy(points: Num[ndarray, "n axes"], labels: Int[ndarray, " n"], k: int) -> float:
    """Share of points whose class the majority of their k nearest others have (leave-one-out)."""
    from sklearn.neighbors import KNeighborsClassifier

    classifier = KNeighborsClassifier(min(k, len(points) - 1)).fit(points, labels)
    return float(classifier.score(None, labels))


def trustworthiness(
    points: Num[ndarray, "n axes"], embedded: Num[ndarray, "n plane"], k: int
) -> float:
    """How far neighbours on a map are neighbours in the space it maps: 1 if always.

        1 − 2 / (n k (2n − 3k − 1)) · Σ_i Σ_j max(0, r(i, j) − k)

    over the k neighbours j of i on the map, with r(i, j) the rank of j by distance from i in the
    space. It equals scikit-learn's
    `trustworthiness`, whose memory is quadratic in n; this one ranks only the neighbours and
    needs a slice of the distances at a time. Source: Venna & Kaski 2001.
    """
    from sklearn.metrics import pairwise_distances_chunked
    from sklearn.neighbors import NearestNeighbors

    n = len(points)
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
