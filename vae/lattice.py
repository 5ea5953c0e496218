"""The likelihood itself, as a mean over codes that all images of a batch share, in nats per image.

    p(x) = E_{z ~ N(0, I)} p(x | z) ≈ 1/N Σ_j p(x | z_j),   z_j = Φ⁻¹((u_j + s) mod 1)

u_1 … u_N lie evenly in the unit cube, and one shift s ~ U[0, 1)ᵈ moves them all. So each z_j is a
draw from the prior, and the mean an unbiased estimate of p(x); its logarithm is too low on average,
the less so the more codes there are. With few latent axes some hundreds cover the prior: a batch
costs one decoding of them and one matrix product, and no encoder takes part.

So the decoder needs no bound to be trained on. The encoder is trained beside it (`Lattice`), on the
ELBO of the decoder as it is.

Sources: QLVM, arXiv:2601.18676; the generative topographic mapping, whose lattice stays in its
place (Bishop, Svensén & Williams 1998); random shifts: Cranley & Patterson 1976.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from vae.log_sum import exp_, log_sum_exp_
from vae.model import VAE, by_class
from vae.model.likelihood import PixelBernoulli, softplus_sum
from vae.objective import Objective, Terms

_GROWTH = 16  # while a decoder is smooth, few codes will do
_SHARE = 4  # one image in so many trains the encoder: another decoding of each is dear
_INSIDE = 2.0**-53  # Φ⁻¹ of 0 and of 1 are infinite


class Lattice(NamedTuple):
    """An objective for `vae.training.fit`: log p(x) for the decoder, the ELBO for the encoder."""

    codes: int
    """N at the end of the training, from N/16 at its beginning, growing by equal factors."""

    def __call__(
        self,
        model: VAE,
        x: Float[Tensor, "batch *image"],
        y: Int[Tensor, " batch"] | None = None,
        progress: float = 1.0,
    ) -> tuple[Float[Tensor, ""], Terms]:
        """The sum of both, each a mean over images, and the terms of log p(x) (see `Mean`).

        Arguments as for `vae.objective.Objective`, but of Bernoulli pixels.
        """
        likelihood, reconstruction = mean(
            model, x, y, round(self.codes * _GROWTH ** (progress - 1))
        )
        some = slice(math.ceil(len(x) / _SHARE))
        with _frozen(model.decoder):
            bound, _ = Objective()(model, x[some], None if y is None else y[some])
        terms = Terms(reconstruction, reconstruction - likelihood.detach())
        return likelihood.mean() + bound, terms


def objective(lattice: int, **weights: Any) -> Objective | Lattice:
    """What an `objective` of params.yaml asks for: the formula's, or above 0 codes a lattice."""
    return Lattice(lattice) if lattice else Objective(**weights)


class Mean(NamedTuple):
    """What a lattice says of each image of a batch, in nats."""

    log_likelihood: Float[Tensor, " batch"]
    """log 1/N Σ_j p(x | z_j[, y])."""
    reconstruction: Float[Tensor, " batch"]
    """Σ_j w_j log p(x | z_j[, y]) under the posterior w_j ∝ p(x | z_j[, y]); it has no gradient.
    Less KL(w ‖ 1/N) it is the log-likelihood: under its own posterior the bound is tight."""


def mean(
    model: VAE, x: Float[Tensor, "batch *image"], y: Int[Tensor, " batch"] | None, codes: int
) -> Mean:
    """The mean of p(x | z[, y]) over a lattice, shifted by torch's own generator.

    Args:
        model: of Bernoulli pixels.
        x: images in [0, 1], grey or binary.
        y: their classes, for a conditional model; each that occurs is decoded by itself.
        codes: N.

    Raises:
        ValueError: the model's pixels are of another kind.
    """
    z = shifted_lattice(codes, model.latent_dim).to(x)
    parts, order = [], []
    for label, members in by_class(y, torch.arange(len(x), device=x.device)):
        p = model.decode(z, None if label is None else label.expand(codes))
        if not isinstance(p, PixelBernoulli):
            raise ValueError(f"this model's pixels are {p}: a lattice needs Bernoulli ones")
        logits = p.base_dist.logits.flatten(1)
        parts.append(torch.stack(_LogMeanExp.apply(logits, x[members].flatten(1))))
        order.append(members)
    return Mean(*torch.cat(parts, 1)[:, torch.cat(order).argsort()])


def shifted_lattice(codes: int, latent_dim: int) -> Float[Tensor, "codes latent"]:
    """Codes that cover the prior evenly, each a draw from it, in float64.

    Before the shift they are (j/N, j/t, j/t², …) mod 1, with t the root of tᵈ = t + 1: of two axes,
    the golden ratio. Source: Roberts 2018, *The unreasonable effectiveness of quasirandom
    sequences*.
    """
    t = 1.0
    for _ in range(50):
        t = (1 + t) ** (1 / latent_dim)
    steps = [1 / codes, *(t**-axis for axis in range(1, latent_dim))]
    shift = torch.rand(latent_dim, dtype=torch.float64)
    even = torch.arange(codes, dtype=torch.float64)[:, None] * torch.tensor(steps) + shift
    return torch.special.ndtri((even % 1).clamp(_INSIDE, 1 - _INSIDE))


class _LogMeanExp(torch.autograd.Function):
    """`Mean` of pixels x by the logits of all codes, with its own derivative.

    The gradient for the logits of code j is Σ_i w_ij (x_i − sigmoid(logits_j)): one product of the
    posteriors with the images. It takes a fifth off a step of training by what it does not keep.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        with torch.autocast(logits.device.type, enabled=False):  # bfloat16 would round to nats
            log_p = torch.addmm(-softplus_sum(logits), x, logits.T)
        log_sum = log_sum_exp_(log_p.clone())
        posterior = exp_(log_p - log_sum[:, None])
        reconstruction = (posterior * log_p).sum(1)
        ctx.save_for_backward(logits, x, posterior)
        ctx.mark_non_differentiable(reconstruction)
        return log_sum - math.log(len(logits)), reconstruction

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        logits, x, posterior = ctx.saved_tensors
        weight = posterior * grads[0][:, None]
        return (logits.sigmoid() * -weight.sum(0)[:, None]).addmm_(weight.T, x), None


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    """What is computed within has no gradient for the network's weights, only through it."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)
