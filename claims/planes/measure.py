"""Latent planes of one network under several objectives, and what each pays.

Rate is KL(q(z | x) ‖ p(z)), distortion −E log p(x | z), both in nats per image; their sum is −ELBO.

Sources: Higgins et al. 2017; Alemi et al. 2018, arXiv:1711.00464 (rate and distortion).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


class Run(NamedTuple):
    """One model with a latent plane: the record of this claim."""

    name: str
    settings: str
    """All that it was trained with but the objective."""
    objective: str
    """In words."""
    beta: float | None
    """β, if the objective is the ELBO but for that weight."""
    manifold: Float[ndarray, "n n *image"]
    """Decoder means on the quantile grid."""
    codes: Float[ndarray, "m 2"]
    """Posterior means of the test set."""
    label: Int[ndarray, " m"]
    """Classes of the test set."""
    reconstruction: float
    """E_q[log p(x | z)], in nats per image."""
    kl: float
    """KL(q(z | x) ‖ p(z)), in nats per image."""
    exact: float | None = None
    """log p(x) by quadrature, in nats per image, where it is known."""

    @property
    def elbo(self) -> float:
        """The bound itself, whatever it was trained for."""
        return self.reconstruction - self.kl

    def outside(self, limit: float) -> float:
        """Share of codes beyond ±limit on either axis."""
        return float((np.abs(self.codes) > limit).any(axis=1).mean())


def is_beta_sweep(runs: Sequence[Run]) -> bool:
    """Whether the objectives differ in β, each from each, and in nothing else."""
    betas = {run.beta for run in runs}
    return None not in betas and 1 < len(betas) == len(runs)
