"""Which classes lie side by side in a latent space."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray

Shares = Float[ndarray, "classes classes"]
"""Of the neighbours of each class (row), the share that are of each other class (column)."""


class Neighbourhoods(NamedTuple):
    """The record of this claim."""

    k: int
    """Neighbours of each image."""
    shares: dict[str, Shares]
    """By the name of the model."""

    def metrics(self, class_names: tuple[str, ...]) -> dict[str, dict[str, dict[str, float]]]:
        """The numbers, as a metrics file has them."""
        return {
            model: {
                a: {b: float(share) for b, share in zip(class_names, row, strict=True) if b != a}
                for a, row in zip(class_names, rows, strict=True)
            }
            for model, rows in self.shares.items()
        }


def neighbourhood(
    points: Num[ndarray, "n axes"], labels: Int[ndarray, " n"], classes: int, k: int
) -> Shares:
    """Whose codes lie around those of each class: row a, column b; every row sums to 1.

        p(b | z) ∝ k_b / n_b

    with k_b of the k codes of other classes nearest to z being b's, of n_b in all: a k-NN estimate
    of b's density, so that a class of many images has no advantage over one of few. Averaged over
    the images of a. The diagonal is 0; rows of classes without images (and of an only class) are
    NaN. Source: Bishop 2006, section 2.5.2, with equal priors of the classes.
    """
    from sklearn.neighbors import NearestNeighbors

    counts = np.bincount(labels, minlength=classes)
    shares = np.full((classes, classes), np.nan)
    for label in np.flatnonzero((counts > 0) & (counts < len(labels))):
        others = labels != label
        search = NearestNeighbors(n_neighbors=min(k, int(others.sum()))).fit(points[others])
        near = labels[others][search.kneighbors(points[~others], return_distance=False)]
        density = (near[..., None] == np.arange(classes)).sum(axis=1) / np.maximum(counts, 1)
        shares[label] = (density / density.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares
