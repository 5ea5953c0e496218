"""The posterior standard deviation σ of an image beside a classifier's predictive entropy.

σ is the encoder's (`vae.codes.posterior_std`); the predictive entropy, in nats, is that of the
class probabilities which an independent classifier gives the image. Both are called uncertainty;
here they are compared over all images and, as classes may differ in both, within each class.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num, Shaped
from numpy import ndarray
from scipy.special import entr


class Correlation(NamedTuple):
    """A rank correlation, from −1 to 1, and its 95% bootstrap interval."""

    rho: float
    low: float
    high: float


def rank_correlation(
    a: Num[ndarray, " n"], b: Num[ndarray, " n"], *, resamples: int, seed: int
) -> Correlation:
    """Spearman's ρ of pairs, and the 2.5th and 97.5th percentile of ρ among resampled pairs.

    NaN where there is no order: fewer than three pairs, or one value alone. Source: Efron &
    Tibshirani 1993, chapter 13 (the percentile interval); SciPy's `bootstrap`.
    """
    from scipy.stats import bootstrap

    if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return Correlation(np.nan, np.nan, np.nan)
    low, high = bootstrap(
        (a, b),
        _spearman,
        paired=True,
        vectorized=True,
        batch=100,  # bounds the memory
        n_resamples=resamples,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Correlation(float(_spearman(a, b)), float(low), float(high))


def _spearman(
    a: Num[ndarray, "*samples n"], b: Num[ndarray, "*samples n"], axis: int = -1
) -> Float[ndarray, "*samples"]:
    """SciPy's `spearmanr` for many samples at once; 0 for a resample that holds one value alone."""
    from scipy.stats import rankdata

    ranks = (rankdata(values, axis=axis) for values in (a, b))
    x, y = (rank - rank.mean(axis=axis, keepdims=True) for rank in ranks)
    scale = np.sqrt((x**2).sum(axis=axis) * (y**2).sum(axis=axis))
    return np.asarray((x * y).sum(axis=axis) / np.where(scale > 0, scale, 1))


def mean_by_rank(
    order: Num[ndarray, " n"], values: Shaped[ndarray, " n"], parts: int
) -> Float[ndarray, " parts"]:
    """Means of the values in equal parts of the data, from the lowest in `order` to the highest.

    >>> mean_by_rank(np.array([3, 1, 2, 4]), np.array([30, 10, 20, 50]), 2)
    array([15., 40.])
    """
    ranked = values[order.argsort(kind="stable")]
    return np.array([part.mean() for part in np.array_split(ranked, parts)])


class StdAgainstEntropy(NamedTuple):
    """How σ goes with the classifier's predictive entropy, in nats, and with its errors."""

    overall: Correlation
    """Of σ and entropy over all images. It mixes classes of small σ with classes of large σ."""
    within: list[Correlation]
    """The same among the images of each class; NaN for a class without images."""
    entropy: Float[ndarray, " parts"]
    """Mean entropy in equal parts of the images, by σ from small to large."""
    entropy_in_class: Float[ndarray, " parts"]
    """The same by the rank of σ among the image's own class."""
    error: Float[ndarray, " parts"]
    """Share of images that the classifier gets wrong, by σ."""
    error_in_class: Float[ndarray, " parts"]
    """The same by the rank of σ among the image's own class."""


class Measured(NamedTuple):
    """The record of this claim: of one model and its n test images."""

    model: str
    std: Float[ndarray, " n"]
    """σ of every image."""
    probabilities: Float[ndarray, "n classes"]
    """That the classifier gives each image's classes."""
    comparison: StdAgainstEntropy

    def metrics(self, class_names: tuple[str, ...]) -> dict[str, object]:
        """The correlations, as a metrics file has them."""
        within = (correlation.rho for correlation in self.comparison.within)
        return {
            "overall": self.comparison.overall.rho,
            "within": dict(zip(class_names, within, strict=True)),
        }


def compare(
    std: Float[ndarray, " n"],
    probabilities: Float[ndarray, "n classes"],
    label: Int[ndarray, " n"],
    *,
    parts: int,
    resamples: int,
    seed: int,
) -> StdAgainstEntropy:
    """Does a wide posterior go with a high predictive entropy?

    Args:
        std: σ of n images, at least as many as `parts`.
        probabilities: that the classifier gives each image's classes.
        label: the images' classes.
        parts: of the images, by σ: 10 for deciles.
        resamples: of each bootstrap interval.
        seed: of the resampling.
    """
    entropy, wrong = entr(probabilities).sum(axis=1), probabilities.argmax(axis=1) != label
    within, rank = [], np.empty(len(std))
    for c in range(probabilities.shape[1]):
        own = label == c
        within.append(rank_correlation(std[own], entropy[own], resamples=resamples, seed=seed))
        rank[own] = (std[own].argsort(kind="stable").argsort() + 0.5) / max(1, own.sum())
    return StdAgainstEntropy(
        rank_correlation(std, entropy, resamples=resamples, seed=seed),
        within,
        mean_by_rank(std, entropy, parts),
        mean_by_rank(rank, entropy, parts),
        mean_by_rank(std, wrong, parts),
        mean_by_rank(rank, wrong, parts),
    )
