"""Is an image unlike those a model was trained on? Scores from its bound, higher for the stranger.

The plain score is −ELBO. On grey pixels it cannot fall below the image's own entropy H(x), so it
takes pale or scant images for normal whatever they show. Less H(x) it is a divergence, at least 0;
but a stranger of few strokes still has few pixels to be wrong in. As a multiple of H(x), which
grows with an image's strokes, it says how badly each of them is told. (One nat is added to H(x), so
that images without grey stay finite.) Held against one another on training images, that of the
multiple won.

Sources: An & Cho 2015 (a variational autoencoder's reconstruction as the score); Nalisnick et al.
2019, arXiv:1810.09136, and Serrà et al. 2020, arXiv:1909.11480 (bounds mistake the simple for the
normal).
"""

from jaxtyping import Bool, Float
from numpy import ndarray

ELBO = "−ELBO"
CORRECTED = "−ELBO − H(x)"
RECONSTRUCTION = "−E log p(x|z)"
RELATIVE = "−ELBO / (1 + H(x))"


def scores(
    reconstruction: Float[ndarray, " n"],
    kl: Float[ndarray, " n"],
    entropy: Float[ndarray, " n"],
) -> dict[str, Float[ndarray, " n"]]:
    """Each score of every image by name; higher is more anomalous.

    Args:
        reconstruction: E_q[log p(x | z)], in nats.
        kl: KL(q(z | x) ‖ p(z)), in nats.
        entropy: H(x) of the image's pixels read as Bernoulli means, in nats; 0 if they are binary.
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
