"""How far codes are free of the class: its prediction from z by probes, each class's Gaussian.

A conditional decoder is given the class, so z need not hold it; a code that repeats it only costs
KL. If q(z | c) is the prior for every class c, z and c are independent, and any z goes with any c.
"""

import warnings
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from numpy import ndarray

from vae.codes import Codes

_FOLDS = 5


class Probes(NamedTuple):
    """Cross-validated accuracy of predicting the class from z, beside the majority baseline."""

    nonlinear: float
    """By a perceptron of two hidden layers."""
    linear: float
    """By multinomial logistic regression."""
    chance: float
    """The largest class's share."""


def probe_accuracy(points: Num[ndarray, "n axes"], labels: Int[ndarray, " n"], seed: int) -> Probes:
    """Five-fold cross-validated accuracies of the class from z, folds stratified by class.

    Classes of fewer images than folds are left out. Of the probes tried on MNIST's codes (k-NN,
    quadratic discriminants, one hidden layer) the one of two layers is the most accurate where the
    class is hard to predict, and nearly so elsewhere.

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


def confusion(
    probabilities: Float[ndarray, "n classes"], given: Int[ndarray, " n"], classes: int
) -> Float[ndarray, "classes classes"]:
    """Share of the images generated as one class (row) that a classifier predicts as each (column).

    Rows sum to 1; those of classes never given are NaN.
    """
    counts = np.zeros((classes, classes))
    np.add.at(counts, (given, probabilities.argmax(axis=1)), 1)
    totals = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, totals, out=np.full_like(counts, np.nan), where=totals > 0)


class Plane(NamedTuple):
    """The classes on a latent plane."""

    gaussians: Gaussians
    divergence: Float[ndarray, " classes"]
    """Of each class's Gaussian from the prior, in nats; see `class_divergence`."""


class Decoupling(NamedTuple):
    """The record of this claim."""

    free: str
    """Name of the unconditional model of the comparison."""
    conditional: str
    """Name of the conditional one."""
    probes: dict[str, Probes]
    """Of each model."""
    planes: dict[str, Plane]
    """Of each model with two latent axes."""
    confusion: Float[ndarray, "classes classes"]
    """Class given to the conditional model (row) by class predicted (column)."""

    @property
    def agreement(self) -> float:
        """Share of the generated images that are predicted as the class given, mean over these."""
        return float(np.nanmean(np.diag(self.confusion)))

    def metrics(self) -> dict[str, dict[str, float]]:
        """The numbers, as a metrics file has them."""
        numbers = {name: probe._asdict() for name, probe in self.probes.items()}
        for name, plane in self.planes.items():
            numbers[name]["divergence"] = float(np.nanmean(plane.divergence))
        numbers[self.conditional]["read_as_asked"] = self.agreement
        return numbers
