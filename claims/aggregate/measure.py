"""The aggregate posterior against the prior: do the codes of a data set follow N(0, I)?

    q(z) = 1/N Σ_n q(z | x_n)

is where a decoder meets its training codes; p(z) is where samples are drawn. The mean KL term of
the ELBO is the sum of their divergence and of the information of a code about its image:

    1/N Σ_n KL(q(z | x_n) ‖ p(z)) = I(n; z) + KL(q(z) ‖ p(z))

with I the mutual information of an image's index and its code, log N at most. In nats. On a plane
the mismatch has a place: Φ(z) of codes that follow the prior fills the unit square evenly.

Source: Hoffman & Johnson 2016, "ELBO surgery".
"""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray
from scipy.special import entr, logsumexp

from vae.codes import Codes, kl
from vae.latent import prior_samples, to_unit_square

_CODES_AT_ONCE = 500  # against 10,000 posteriors: 40 MB


class Surgery(NamedTuple):
    """The mean KL term in two parts, in nats, and the parts' standard error."""

    kl: float
    """Mean of KL(q(z | x) ‖ p(z)), exact: the sum of the two parts."""
    information: float
    """I(n; z): mutual information of an image's index and its code."""
    marginal: float
    """KL(q(z) ‖ p(z)), q(z) being the mixture of these N posteriors and no more."""
    error: float
    """Standard error of `marginal`, over the draw of images and of their samples."""


class PriorCoverage(NamedTuple):
    """How a histogram of codes on cells of equal prior probability differs from an even one."""

    ratio: Float[ndarray, "n n"]
    """q(z) / p(z), a mean over each cell."""
    empty: float
    """Share of the cells, and so of the prior, without a code: holes."""
    sparse: float
    """Share of the cells with less than half of what the prior gives them; holes count."""
    divergence: float
    """KL of the histogram to the even one, in nats; above 0 by chance, too."""


class ByChance(NamedTuple):
    """By what as many draws from the prior differ from it."""

    coverage: PriorCoverage
    distance: Float[ndarray, " latent"]
    """Kolmogorov–Smirnov distance on each axis."""


class PriorMismatch(NamedTuple):
    """What one model's codes differ from the prior by."""

    codes: int
    """Their number N."""
    surgery: Surgery
    distance: Float[ndarray, " latent"]
    """Kolmogorov–Smirnov distance on each axis."""
    coverage: PriorCoverage | None
    """Of a plane's samples; None for a model of other dimension."""
    by_chance: ByChance | None
    """The same of as many draws from the prior."""

    @property
    def saturated(self) -> bool:
        """Whether I(n; z) is almost log N, so that N is too few for KL(q(z) ‖ p(z))."""
        return self.surgery.information > 0.9 * math.log(self.codes)

    def metrics(self) -> dict[str, float]:
        """The numbers, as a metrics file has them."""
        numbers = self.surgery._asdict()
        if self.coverage:
            keys = ("empty", "sparse", "divergence")
            numbers |= {key: getattr(self.coverage, key) for key in keys}
        return numbers


class Mismatches(NamedTuple):
    """The record of this claim."""

    models: dict[str, PriorMismatch]


def mismatch(codes: Codes, cells: int, seed: int) -> PriorMismatch:
    """The KL term taken apart and, of a plane, its coverage of the unit square.

    Args:
        codes: of one model.
        cells: on a side of the unit square.
        seed: of as many draws from the prior, to compare with.
    """
    n, distance = len(codes.label), distance_by_axis(codes.sample)
    if codes.latent_dim != 2:
        return PriorMismatch(n, surgery(codes), distance, None, None)
    draws = prior_samples(n, 2, seed)
    return PriorMismatch(
        n,
        surgery(codes),
        distance,
        coverage(histogram(codes.sample, cells)),
        ByChance(coverage(histogram(draws, cells)), distance_by_axis(draws)),
    )


def surgery(codes: Codes) -> Surgery:
    """The mean KL term taken apart, by one sample z_n ~ q(z | x_n) of each image.

    I is the mean of log q(z_n | x_n) − log q(z_n) over all n, where q(z_n) is the full mixture.
    Near log N the mixture has too few components to stand for other images of the kind, and
    `marginal` says no more than that N images are few. Source: Hoffman & Johnson 2016.
    """
    divergence = kl(codes).sum(axis=1)
    information = _log_own(codes) - _log_mixture(codes)
    marginal = divergence - information
    error = float(marginal.std() / np.sqrt(len(marginal)))
    return Surgery(
        float(divergence.mean()), float(information.mean()), float(marginal.mean()), error
    )


def histogram(z: Num[ndarray, "codes 2"], n: int) -> Int[ndarray, "n n"]:
    """Codes in each of n×n cells of equal prior probability, as `latent.quantile_grid` lays them.

    Row 0 is the highest z₂, column 0 the lowest z₁.
    """
    right, up = to_unit_square(z).T
    counts, _, _ = np.histogram2d(up, right, bins=n, range=((0, 1), (0, 1)))
    return counts[::-1].astype(int)


def coverage(counts: Int[ndarray, "n n"]) -> PriorCoverage:
    """What a histogram of codes on cells of equal prior probability says."""
    share = counts / counts.sum()
    ratio = share * counts.size
    divergence = np.log(counts.size) - entr(share).sum()
    return PriorCoverage(
        ratio, float((counts == 0).mean()), float((ratio < 0.5).mean()), float(divergence)
    )


def distance_by_axis(z: Num[ndarray, "n latent"]) -> Float[ndarray, " latent"]:
    """Kolmogorov–Smirnov distance of Φ(z_i) to the even distribution, on every latent axis.

    The largest difference of the two cumulative distributions: 0 if equal, 1 if apart.
    """
    from scipy.stats import kstest  # half a second of start-up

    return np.array([kstest(axis, "norm", method="asymp").statistic for axis in z.T])


def _log_own(codes: Codes) -> Float[ndarray, " n"]:
    """Log q(z_n | x_n) at each image's sample."""
    mean, log_var, z = (part.astype(np.float64) for part in codes[:3])
    terms = (z - mean) ** 2 / np.exp(log_var) + log_var + np.log(2 * np.pi)
    return np.asarray(-0.5 * terms.sum(axis=1))


def _log_mixture(codes: Codes) -> Float[ndarray, " n"]:
    """Log q(z_n) at each image's sample: the full mixture of all posteriors."""
    mean, log_var, z = (part.astype(np.float64) for part in codes[:3])
    precision = np.exp(-log_var)
    # Σ (z − m)² / v as a matrix product; float64 bears the differences of large squares
    from_codes = np.concatenate([z**2, z], axis=1)
    from_posteriors = np.concatenate([-0.5 * precision, precision * mean], axis=1).T
    constant = -0.5 * (precision * mean**2 + log_var + np.log(2 * np.pi)).sum(axis=1)
    parts = [
        logsumexp(from_codes[start : start + _CODES_AT_ONCE] @ from_posteriors + constant, axis=1)
        for start in range(0, len(z), _CODES_AT_ONCE)
    ]
    return np.concatenate(parts) - np.log(len(z))
