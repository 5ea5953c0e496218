"""How far codes are free of the class: what a probe reads from z, and each class's own Gaussian.

A conditional model tells its decoder the class, so z need not; a code that repeats it only costs
KL. If q(z | c) is the prior for every class c, z says nothing of c, and any z goes with any c.
"""

import warnings
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray

from vae.codes import Codes

_FOLDS = 5


class Probes(NamedTuple):
    """Shares of left-out codes whose class a classifier finds, and who always says the largest."""

    nonlinear: float
    """A perceptron of two hidden layers."""
    linear: float
    """Multinomial logistic regression."""
    chance: float
    """The largest class's share."""


def probe_accuracy(points: Num[ndarray, "n axes"], labels: Int[ndarray, " n"], seed: int) -> Probes:
    """Five-fold cross-validated accuracies of the class from z, folds stratified by class.

    Classes of fewer images than folds are left out. Of the probes tried on MNIST's codes (k-NN,
    quadratic discriminants, one hidden layer) the one of two layers finds most where little is to
    be found, and nearly most elsewhere.

    Raises:
        ValueError: fewer than two classes have enough images.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    counts = np.bincount(labels)
    enough = counts[labels] >= _FOLDS
    points, labels = points[enough].astype(np.float64), labels[enough]
    if len(set(labels.tolist())) < 2:
        raise ValueError(f"a probe needs two classes of at least {_FOLDS} images each")
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=seed)
    perceptron = MLPClassifier((64, 64), learning_rate_init=3e-3, max_iter=30, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # 30 epochs are the budget
        accuracies = (
            cross_val_score(make_pipeline(StandardScaler(), probe), points, labels, cv=folds).mean()
            for probe in (perceptron, LogisticRegression(max_iter=1000))
        )
        nonlinear, linear = map(float, accuracies)
    return Probes(nonlinear, linear, float(counts.max() / len(labels)))


class Gaussians(NamedTuple):
    """The Gaussian with the mean and covariance of q(z | c) = mean of q(z | x) over class c's x.

    NaN for classes without images.
    """

    mean: Float[ndarray, "classes latent"]
    covariance: Float[ndarray, "classes latent latent"]


def class_gaussians(codes: Codes, classes: int) -> Gaussians:
    """Each class's mean of means, and covariance of the means plus mean of the variances."""
    latent = codes.latent_dim
    mean = np.full((classes, latent), np.nan)
    covariance = np.full((classes, latent, latent), np.nan)
    for label in np.unique(codes.label):
        own = codes.mean[codes.label == label].astype(np.float64)
        variances = np.exp(codes.log_var[codes.label == label].astype(np.float64))
        mean[label] = own.mean(axis=0)
        away = own - mean[label]
        covariance[label] = away.T @ away / len(own) + np.diag(variances.mean(axis=0))
    return Gaussians(mean, covariance)


def class_divergence(codes: Codes, classes: int) -> Float[ndarray, " classes"]:
    """KL(N(μ_c, Σ_c) ‖ N(0, I)) of each class's Gaussian, in nats; NaN without images.

        ½ (tr Σ + μᵀμ − d − log det Σ)

    KL(q(z | c) ‖ N(0, I)) itself is larger by what q(z | c) differs from its Gaussian: 0 here
    says that mean and covariance are the prior's, not that all is.
    """
    mean, covariance = class_gaussians(codes, classes)
    with np.errstate(invalid="ignore"):  # NaN of classes without images
        log_det = np.linalg.slogdet(covariance).logabsdet
    spread = np.trace(covariance, axis1=1, axis2=2) - log_det
    return np.asarray(0.5 * (spread + (mean**2).sum(axis=1) - codes.latent_dim))


def read_as_asked(
    probabilities: Float[ndarray, "n classes"], asked: Int[ndarray, " n"], classes: int
) -> Float[ndarray, "classes classes"]:
    """Share of the images asked as one class (row) that a classifier reads as each (column).

    Rows sum to 1; those of classes never asked are NaN.
    """
    counts = np.zeros((classes, classes))
    np.add.at(counts, (asked, probabilities.argmax(axis=1)), 1)
    totals = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals > 0)
