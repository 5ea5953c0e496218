"""What the latent axes of a model stand for: their correlation with the shape of the images."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from claims.factors.morphology import Factors
from vae.codes import Codes, active, kl_by_axis
from vae.disentanglement import Scores, score, spearman


class LatentAxes(NamedTuple):
    """What was measured of one model's latent axes."""

    mean: Float[ndarray, "n latent"]
    """Posterior means, all axes."""
    active: Int[ndarray, " rows"]
    """The active axes, those of the largest KL first."""
    correlation: Float[ndarray, "rows factors"]
    """Spearman's ρ of those axes with each factor."""
    scores: Scores

    def metrics(self) -> dict[str, float]:
        """The scores, and the largest |ρ| of each factor, as a metrics file has them."""
        strongest = np.abs(self.correlation).max(axis=0, initial=0)
        return self.scores._asdict() | dict(
            zip(Factors._fields, map(float, strongest), strict=True)
        )


class Measured(NamedTuple):
    """The record of this claim."""

    factors: Factors
    models: dict[str, LatentAxes]


def measure_axes(
    codes: Codes, factors: Factors, *, active_variance: float, bins: int, trees: int, seed: int
) -> LatentAxes:
    """Correlations and scores of one model; inactive axes count as constant.

    Args:
        codes: of the images.
        factors: of the same images.
        active_variance: see `vae.codes.active`.
        bins: see `disentanglement.score`, as for `trees` and `seed`.
        trees: of each forest.
        seed: of the forests.
    """
    used, values = active(codes, active_variance), np.stack(factors, axis=1)
    by_kl = kl_by_axis(codes).argsort(kind="stable")[::-1]
    rows, z = by_kl[used[by_kl]], np.where(used, codes.mean, 0)
    scores = score(z, values, bins=bins, trees=trees, seed=seed)
    return LatentAxes(codes.mean, rows, spearman(z, values)[rows], scores)
