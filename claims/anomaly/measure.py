"""Is an image unlike those a model was trained on? Scores from its ELBO, and how well they rank.

The plain score is −ELBO. On grey pixels it cannot fall below the image's own entropy H(x), so it
ranks images of few grey pixels as normal whatever they show. Less H(x) it is a divergence, at least
0; but an image of few bright pixels still has few to be wrong in. Divided by 1 + H(x) it is an
error per unit of entropy, which grows with the grey and bright pixels; the 1 keeps images without
grey finite. This last score was chosen on training images.

Sources: An & Cho 2015 (a variational autoencoder's reconstruction as the score); Nalisnick et al.
2019, arXiv:1810.09136, and Serrà et al. 2020, arXiv:1909.11480 (bounds mistake the simple for the
normal).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

ELBO = "−ELBO"
CORRECTED = "−ELBO − H(x)"
RECONSTRUCTION = "−E log p(x|z)"
RELATIVE = "−ELBO / (1 + H(x))"

Scores = Mapping[str, Float[ndarray, " n"]]
"""Scores of n images by name; higher is more anomalous."""


class OtherData(NamedTuple):
    """How well each score ranks images of a data set above test images of the training's."""

    trained_on: str
    shown: str
    auroc: dict[str, float]
    """By the score's name."""


class Anomalies(NamedTuple):
    """The record of this claim."""

    model: str
    """Name of the model of all classes; the others have its settings."""
    held_out: dict[str, Float[ndarray, " classes"]]
    """AUROC of every class held out, by the score's name; NaN for one that was not."""
    other_data: list[OtherData]

    def metrics(self, class_names: tuple[str, ...]) -> dict[str, dict[str, float]]:
        """The numbers, as a metrics file has them."""
        by_score = {
            score: {"mean": float(np.nanmean(aurocs))}
            | {
                name: float(auroc)
                for name, auroc in zip(class_names, aurocs, strict=True)
                if np.isfinite(auroc)
            }
            for score, aurocs in self.held_out.items()
        }
        return by_score | {
            f"{trained_on} then {shown}": auroc for trained_on, shown, auroc in self.other_data
        }


def scores(
    reconstruction: Float[ndarray, " n"],
    kl: Float[ndarray, " n"],
    entropy: Float[ndarray, " n"],
) -> dict[str, Float[ndarray, " n"]]:
    """Each score of every image by name; higher is more anomalous.

    Args:
        reconstruction: E_q[log p(x | z)], in nats.
        kl: KL(q(z | x) ‖ p(z)), in nats.
        entropy: H(x) of the image's pixels as Bernoulli means, in nats; 0 if they are binary.
    """
    return {
        ELBO: kl - reconstruction,
        CORRECTED: kl - reconstruction - entropy,
        RELATIVE: (kl - reconstruction) / (1 + entropy),
        RECONSTRUCTION: -reconstruction,
    }


def auroc(scores: Float[ndarray, " n"], anomalous: Bool[ndarray, " n"]) -> float:
    """Chance that an anomalous image has a higher score than a normal one (ties count half).

    Raises:
        ValueError: all images are anomalous, or none is.
    """
    from sklearn.metrics import roc_auc_score

    if anomalous.all() or not anomalous.any():
        which = "all" if anomalous.all() else "no"
        raise ValueError(f"{which} images are anomalous: an AUROC needs both kinds")
    return float(roc_auc_score(anomalous, scores))


def auroc_of_class(found: Scores, y: Int[ndarray, " n"], label: int) -> dict[str, float]:
    """AUROC of the images of one class against all others, by the score's name."""
    return {name: auroc(values, y == label) for name, values in found.items()}


def auroc_between(normal: Scores, anomalous: Scores) -> dict[str, float]:
    """AUROC of the second set's images against the first's, by the score's name."""
    return {
        name: auroc(
            np.concatenate([normal[name], anomalous[name]]),
            np.repeat([False, True], [len(normal[name]), len(anomalous[name])]),
        )
        for name in normal
    }
