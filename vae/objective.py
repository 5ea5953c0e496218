"""The evidence lower bound of a variational autoencoder, in nats per image.

    log p(x) ≥ ELBO = E_q[log p(x | z)] − β · KL(q(z | x) ‖ p(z)),   p(z) = N(0, I)

Sums over pixels and latent axes; β = 1 is the bound itself. For a class-conditional model every
term is conditional on y.

Sources: Kingma & Welling 2014, arXiv:1312.6114; β: Higgins et al. 2017.
"""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Independent

from vae.model import VAE, Labels


class Terms(NamedTuple):
    """The two terms of the bound for each image of a batch, in nats."""

    reconstruction: Float[Tensor, " batch"]
    """log p(x | z) at one z ~ q(z | x): an unbiased draw of its expectation."""
    kl: Float[Tensor, " batch"]
    """KL(q(z | x) ‖ p(z)), exact."""

    def elbo(self, beta: float = 1.0) -> Float[Tensor, " batch"]:
        """Reconstruction − β · KL."""
        return self.reconstruction - beta * self.kl


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


def kl(q: Independent) -> Float[Tensor, " batch"]:
    """KL(q ‖ N(0, I)) of a diagonal Gaussian q, summed over latent axes, in nats."""
    scale = q.base_dist.scale
    return kl_standard_normal(q.base_dist.loc, 2 * scale.log()).sum(-1)


def terms(model: VAE, x: Float[Tensor, "batch *image"], y: Labels | None = None) -> Terms:
    """Both terms of the bound at one reparametrised sample z ~ q(z | x[, y])."""
    q = model.encode(x, y)
    p = model.decode(q.rsample(), y)
    return Terms(p.log_prob(x), kl(q))
