"""Places in a latent space: the quantile grid, prior samples, paths, axes, maps. Arrays to arrays.

z₁ runs to the right and z₂ up, everywhere.
"""

from collections.abc import Iterable
from typing import SupportsIndex

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray
from scipy.special import ndtr, ndtri


def quantile_midpoints(n: int) -> Float[ndarray, " n"]:
    """Φ⁻¹((i + ½) / n) for i = 0 … n−1: n places of equal prior probability, all finite.

    >>> quantile_midpoints(2).round(4)
    array([-0.6745,  0.6745])
    """
    return np.asarray(ndtri((np.arange(n) + 0.5) / n))


def quantile_grid(n: int) -> Float[ndarray, "n n 2"]:
    """The codes of an n×n picture: row 0 is the highest z₂, column 0 the lowest z₁.

    Midpoints of an even grid on the unit square through the inverse Gaussian CDF, so that every
    cell holds the same prior probability. Source: Kingma & Welling 2014, figure 4.
    """
    places = quantile_midpoints(n)
    z1, z2 = np.meshgrid(places, places[::-1])
    return np.stack([z1, z2], axis=-1)


def to_unit_square(z: Num[ndarray, "*n latent"]) -> Float[ndarray, "*n latent"]:
    """Φ(z): a code's probability coordinates, uniform if codes follow the prior."""
    return np.asarray(ndtr(z))


def share_inside(z: Num[ndarray, "n 2"], n: int) -> float:
    """Share of codes inside the square between the outermost midpoints of an n×n grid."""
    return float((np.abs(z) <= quantile_midpoints(n)[-1]).all(axis=1).mean())


def prior_samples(n: int, latent_dim: int, seed: int) -> Float[ndarray, "n latent"]:
    """N draws z ~ N(0, I)."""
    return np.random.default_rng(seed).standard_normal((n, latent_dim))


def walk(stops: Num[ndarray, "stops axes"], steps: int) -> Float[ndarray, "steps axes"]:
    """Places on straight legs through the stops, from the first to the last, legs at equal pace.

    >>> walk(np.array([[0.0], [1.0], [5.0]]), 5).ravel()
    array([0. , 0.5, 1. , 3. , 5. ])
    """
    places = np.linspace(0, len(stops) - 1, steps)
    return np.stack([np.interp(places, np.arange(len(stops)), axis) for axis in stops.T], axis=1)


def endless(there: Num[ndarray, "steps axes"]) -> Num[ndarray, "frames axes"]:
    """A walk as a loop whose last place leads on to its first, showing no place twice in a row.

    A walk that ends where it began drops its end; any other goes there and back.

    >>> endless(np.array([[0], [1], [2]])).ravel()
    array([0, 1, 2, 1])
    >>> endless(np.array([[0], [1], [0]])).ravel()
    array([0, 1])
    """
    if np.array_equal(there[0], there[-1]):
        return there[:-1]
    return np.concatenate([there, there[-2:0:-1]])


def by_distance(points: Num[ndarray, "n latent"]) -> Int[ndarray, " n"]:
    """Indices of points from the nearest to their mean, the most typical, to the farthest."""
    distances = np.linalg.norm(points - points.mean(axis=0), axis=1)
    return np.asarray(distances.argsort(kind="stable"))


def axis_traversal(
    latent_dim: int, axes: Iterable[SupportsIndex], steps: int, limit: float
) -> Float[ndarray, "axes steps latent"]:
    """One row for each axis: it runs from −limit to limit while all others stay at 0."""
    places = np.linspace(-limit, limit, steps)
    return np.stack([np.outer(places, np.eye(latent_dim)[axis]) for axis in axes])


def spread_out(
    points: Num[ndarray, "n 2"], distance: float, order: Int[ndarray, " n"]
) -> Int[ndarray, " kept"]:
    """Indices of points of which no two lie within `distance` on both axes (greedy, in `order`)."""
    taken: dict[tuple[int, int], Num[ndarray, " 2"]] = {}
    kept = []
    for i in order:
        x, y = (int(value) for value in points[i] // distance)
        near = (taken.get((x + dx, y + dy)) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if all(p is None or np.abs(p - points[i]).max() >= distance for p in near):
            taken[x, y] = points[i]
            kept.append(i)
    return np.array(kept, dtype=int)
