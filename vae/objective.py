"""What a variational autoencoder is trained on: the ELBO and its relatives, in nats per image.

    log p(x) ≥ ELBO = E_q[log p(x | z)] − KL(q(z | x) ‖ p(z)),   p(z) = N(0, I)

Sums over pixels and latent axes. One formula holds the relatives (`Objective`), to be maximised:

    E_q[log p(x | z)] − β_t · Σ_axes max(λ, KL_axis) − γ · MMD²(q(z), p(z))

    β = 1                  the bound itself (Kingma & Welling 2014, arXiv:1312.6114)
    β > 1                  β-VAE (Higgins et al. 2017)
    β = 0                  an autoencoder whose codes have noise, and no prior
    β_t from 0 to β        KL warm-up (Sønderby et al. 2016, arXiv:1602.02282)
    λ > 0                  free bits: nats of each axis, in the batch's mean, that cost nothing
                           (Kingma et al. 2016, arXiv:1606.04934)
    β = 1 − a, γ = a + b − 1   InfoVAE with weights a and b (Zhao et al. 2019, arXiv:1706.02262)
    β = 0, γ > 0           WAE-MMD, Gaussian encoder (Tolstikhin et al. 2018, arXiv:1711.01558)

Of more than one sample the importance-weighted bound takes its place, IWAE (Burda et al. 2016,
arXiv:1509.00519):

    E log 1/k Σ_k p(x | z_k) p(z_k) / q(z_k | x)

For a class-conditional model all but the MMD, which sees codes of all classes, is conditional on
y.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent, Normal

from vae.model import VAE, Labels

_KERNEL_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


class Terms(NamedTuple):
    """The two terms of the bound for each image of a batch, in nats."""

    reconstruction: Float[Tensor, " batch"]
    """log p(x | z) at one z ~ q(z | x), or the mean over several: an unbiased draw."""
    kl: Float[Tensor, " batch"]
    """KL(q(z | x) ‖ p(z)), exact."""

    @property
    def elbo(self) -> Float[Tensor, " batch"]:
        """Reconstruction − KL."""
        return self.reconstruction - self.kl


class Objective(NamedTuple):
    """The module's formula; the default is the ELBO."""

    beta: float = 1.0
    """β, the weight of the KL."""
    warmup: float = 0.0
    """The share of the training during which β_t rises to β, in proportion."""
    free_bits: float = 0.0
    """λ, in nats of one axis."""
    mmd: float = 0.0
    """γ, in nats per unit of MMD²."""
    samples: int = 1
    """k; above 1 the importance-weighted bound takes the formula's place."""

    def __call__(
        self,
        model: VAE,
        x: Float[Tensor, "batch *image"],
        y: Labels | None = None,
        progress: float = 1.0,
    ) -> tuple[Float[Tensor, ""], Terms]:
        """The objective, a mean over the batch, and the terms of the ELBO at the same samples.

        Args:
            model: encodes and decodes.
            x: what the model sees of the images.
            y: their classes, of a conditional model.
            progress: the share of the training that is done.
        """
        q = model.encode(x, y)
        by_axis = kl_by_axis(q)
        if self.samples > 1:
            z = q.rsample(torch.Size([self.samples]))
            log_p = model.decode(z, y).log_prob(x)
            bound = importance_bound(log_p + standard_normal(z) - q.log_prob(z))
            return bound.mean(), Terms(log_p.mean(0), by_axis.sum(-1))
        z = q.rsample()
        terms = Terms(model.decode(z, y).log_prob(x), by_axis.sum(-1))
        beta = self.beta * min(1.0, progress / self.warmup) if self.warmup else self.beta
        cost = by_axis.mean(0).clamp(min=self.free_bits).sum()
        objective = terms.reconstruction.mean() - beta * cost
        if self.mmd and len(z) > 1:
            objective = objective - self.mmd * mmd(z, torch.randn_like(z))
        return objective, terms


def kl_standard_normal(
    mean: Float[Tensor, "*batch latent"], log_var: Float[Tensor, "*batch latent"]
) -> Float[Tensor, "*batch latent"]:
    """KL(N(mean, exp(log_var)) ‖ N(0, 1)) of every latent axis, in nats.

    Source: Kingma & Welling 2014, appendix B.

    >>> import torch
    >>> kl_standard_normal(torch.tensor([[0.0, 1.0]]), torch.zeros(1, 2))
    tensor([[0.0000, 0.5000]])
    """
    return 0.5 * (mean.square() + log_var.exp() - log_var - 1)


def kl_by_axis(q: Independent) -> Float[Tensor, "batch latent"]:
    """KL(q ‖ N(0, I)) of a diagonal Gaussian q, axis by axis, in nats."""
    return kl_standard_normal(q.base_dist.loc, 2 * q.base_dist.scale.log())


def standard_normal(z: Float[Tensor, "*batch latent"]) -> Float[Tensor, "*batch"]:
    """Log p(z) under the prior N(0, I), in nats."""
    return Normal(0.0, 1.0).log_prob(z).sum(-1)


def importance_bound(log_weights: Float[Tensor, "k *batch"]) -> Float[Tensor, "*batch"]:
    """Log 1/k Σ_k w_k: a lower bound on log p(x) that k = 1 makes the ELBO and k → ∞ exact.

    Args:
        log_weights: log p(x, z_k) − log q(z_k | x) of k samples z_k ~ q(z | x), in nats.
    """
    return torch.logsumexp(log_weights, 0) - math.log(len(log_weights))


def mmd(a: Float[Tensor, "n latent"], b: Float[Tensor, "m latent"]) -> Float[Tensor, ""]:
    """MMD² of two samples: 0 on average if they come from one distribution (unbiased; n, m > 1).

        mean_{i≠j} k(a_i, a_j) + mean_{i≠j} k(b_i, b_j) − 2 mean_{i,j} k(a_i, b_j)

    Inverse multiquadratic kernels C / (C + |a − b|²) at several C around 2d, the expected squared
    distance of two draws from the prior. Sources: Gretton et al. 2012; Tolstikhin et al. 2018.
    """

    def kernel(squared: Tensor) -> Tensor:
        scales = [2 * a.shape[1] * scale for scale in _KERNEL_SCALES]
        return torch.stack([c / (c + squared) for c in scales]).sum(0)

    def within(points: Tensor) -> Tensor:
        n = len(points)
        pairs = kernel(_squared_distances(points, points))
        return (pairs.sum() - pairs.diagonal().sum()) / (n * (n - 1))

    return within(a) + within(b) - 2 * kernel(_squared_distances(a, b)).mean()


def _squared_distances(a: Tensor, b: Tensor) -> Tensor:
    return (a[:, None] - b[None]).square().sum(-1)
