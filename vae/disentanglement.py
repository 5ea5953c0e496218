"""Which latent axis follows which factor of the images, and how far each axis follows just one.

    Spearman ρ      rank correlation of an axis with a factor, in [−1, 1]
    MIG             mutual information gap: (I(z₁; v) − I(z₂; v)) / H(v), of the two axes that know
                    most of a factor v
    SAP             separated attribute predictability: the same gap between the R² of lines
    D, C, I         disentanglement (1 − entropy of the factors that an axis serves), completeness
                    (1 − entropy of the axes that a factor needs), informativeness (R² of all
                    axes together), by the importances of a forest of regression trees

Axes are posterior means here, cut into bins of equally many images: Chen et al. take samples of the
posterior, whose noise lowers MIG, so their numbers are not to be set beside these.

All but ρ are at most 1, where every factor has one axis for its own. All are without unit, and
blind to the scale of an axis: one that a model has switched off still wiggles a little, and would
count as much as any. Hand it in as zeros; a constant axis or factor has ρ, MIG and SAP 0.

That a factor is measured and not given limits them: area grows with thickness, and no two axes can
separate what the data ties together. Two axes for five factors must share them, so D stays low
however good the model; C and the gaps then say whether a factor runs along one axis of the plane or
across both. A VAE's prior has no preferred axes; the diagonal covariance of its posteriors has.

Sources: Chen et al. 2018, arXiv:1802.04942 (MIG); Kumar et al. 2018, arXiv:1711.00848 (SAP);
Eastwood & Williams 2018 (D, C, I); survey: Locatello et al. 2019, arXiv:1811.12359.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Num
from numpy import ndarray
from scipy.stats import entropy, rankdata


class Scores(NamedTuple):
    """How far axes are factors, each a mean over factors (D: over axes) and 1 at best."""

    mig: float
    sap: float
    disentanglement: float
    completeness: float
    informativeness: float


class Importance(NamedTuple):
    """What a forest that reads all axes says of each factor."""

    weight: Float[ndarray, "latent factors"]
    """Share of the factor's variance that splits along each axis explain; columns add up to 1."""
    r2: Float[ndarray, " factors"]
    """On images that the forest has not seen: 1 for exact, 0 for no better than the mean."""


def spearman(
    z: Num[ndarray, "n latent"], factors: Num[ndarray, "n factors"]
) -> Float[ndarray, "latent factors"]:
    """ρ of every axis with every factor; 0 where either is constant."""
    return _correlation(rankdata(z, axis=0), rankdata(factors, axis=0))


def mutual_information(
    z: Num[ndarray, "n latent"], factors: Num[ndarray, "n factors"], bins: int
) -> Float[ndarray, "latent factors"]:
    """I(z_i; v_j) in nats, of values sorted into bins of equally many images.

    Independent values do not come out at 0 but near (bins − 1)² / 2n.
    """
    from sklearn.metrics import mutual_info_score

    axes, values = _binned(z, bins).T, _binned(factors, bins).T
    return np.array([[mutual_info_score(axis, value) for value in values] for axis in axes])


def known_share(
    z: Num[ndarray, "n latent"], factors: Num[ndarray, "n factors"], bins: int
) -> Float[ndarray, "latent factors"]:
    """I(z_i; v_j) / H(v_j): the share of a factor that an axis knows; 0 of a constant factor."""
    counts = [np.unique(v, return_counts=True)[1] for v in _binned(factors, bins).T]
    spread = np.array([entropy(count) for count in counts])
    shares = mutual_information(z, factors, bins)
    return np.divide(shares, spread, out=np.zeros_like(shares), where=spread > 0)


def mig(
    z: Num[ndarray, "n latent"], factors: Num[ndarray, "n factors"], bins: int
) -> Float[ndarray, " factors"]:
    """The mutual information gap of every factor, in [0, 1]; 0 for a constant one."""
    return _gap(known_share(z, factors, bins))


def sap(
    z: Num[ndarray, "n latent"], factors: Num[ndarray, "n factors"]
) -> Float[ndarray, " factors"]:
    """The gap between the two best R² of a line through one axis, for every factor, in [0, 1]."""
    return _gap(_correlation(z, factors) ** 2)


def importance(
    z: Num[ndarray, "n latent"],
    factors: Iterable[Num[ndarray, "n ..."]],
    trees: int,
    seed: int,
) -> Importance:
    """A random forest for each factor, grown on one half of the images and tested on the other.

    A factor that is no place on a line is given as several numbers, all predicted by one forest: a
    kind as one for each kind, 0 or 1; an angle as its cosine and sine.
    """
    from sklearn.ensemble import RandomForestRegressor

    grow, test = np.array_split(np.random.default_rng(seed).permutation(len(z)), 2)
    weight, r2 = [], []
    for value in factors:
        forest = RandomForestRegressor(trees, min_samples_leaf=5, random_state=seed)
        forest.fit(z[grow], value[grow])
        weight.append(forest.feature_importances_)
        r2.append(forest.score(z[test], value[test]))
    return Importance(np.stack(weight, axis=1), np.array(r2))


def disentanglement(weight: Float[ndarray, "latent factors"]) -> float:
    """D: 1 − entropy of an axis's weights over the factors; mean over axes, weighted by sums."""
    return _concentration(weight)


def completeness(weight: Float[ndarray, "latent factors"]) -> float:
    """C: 1 − entropy of a factor's weights over the axes; mean over factors, weighted by sums."""
    return _concentration(weight.T)


def score(
    z: Num[ndarray, "n latent"],
    factors: Num[ndarray, "n factors"],
    *,
    bins: int,
    trees: int,
    seed: int,
) -> Scores:
    """All five scores.

    Args:
        z: posterior means; zeros for an axis that is not active.
        factors: of the same images.
        bins: that axes and factors are sorted into for MIG.
        trees: of the forest for each factor.
        seed: of the forests and of the halves they are grown and tested on.
    """
    learnt = importance(z, factors.T, trees, seed)
    return Scores(
        mig=float(mig(z, factors, bins).mean()),
        sap=float(sap(z, factors).mean()),
        disentanglement=disentanglement(learnt.weight),
        completeness=completeness(learnt.weight),
        informativeness=float(learnt.r2.mean()),
    )


def _correlation(a: Num[ndarray, "n a"], b: Num[ndarray, "n b"]) -> Float[ndarray, "a b"]:
    """Pearson's r of every column with every column; 0 where one is constant."""
    a, b = (v - v.mean(axis=0, dtype=np.float64) for v in (a, b))
    product, norms = a.T @ b, np.outer(np.linalg.norm(a, axis=0), np.linalg.norm(b, axis=0))
    return np.divide(product, norms, out=np.zeros_like(product), where=norms > 0)


def _binned(values: Num[ndarray, "n columns"], bins: int) -> Num[ndarray, "n columns"]:
    """Number of the quantile bin of each value in its column; equal values share one."""
    return ((rankdata(values, "min", axis=0) - 1) * bins // len(values)).astype(int)


def _gap(table: Float[ndarray, "latent factors"]) -> Float[ndarray, " factors"]:
    """Best less second best of each column; a second that is not there counts 0."""
    second, best = np.sort(np.pad(table, ((2, 0), (0, 0))), axis=0)[-2:]
    return best - second


def _concentration(weight: Float[ndarray, "rows columns"]) -> float:
    """Mean of 1 − entropy / log columns of the rows, weighted by their sums; 0 for no weight."""
    used = weight[weight.sum(axis=1) > 0]
    if len(used) == 0:
        return 0.0
    most = np.log(max(used.shape[1], 2))  # in a single column there is nothing to spread over
    return float(np.average(1 - entropy(used, axis=1) / most, weights=used.sum(axis=1)))
