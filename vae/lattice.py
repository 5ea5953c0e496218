"""The likelihood itself, as a mean over codes that all images of a batch share, in nats per image.

    p(x) = E_{z ~ N(0, I)} p(x | z) ≈ 1/N Σ_j p(x | z_j),   z_j = Φ⁻¹((u_j + s) mod 1)

u_1 … u_N lie evenly in the unit cube, and one shift s ~ U[0, 1)ᵈ moves them all. So each z_j is a
draw from the prior, and the mean an unbiased estimate of p(x); its logarithm is too low on average,
the less so the more codes there are. With few latent axes some hundreds cover the prior: a batch
costs one decoding of them and one matrix product, and no encoder takes part.

Sources: QLVM, arXiv:2601.18676; the generative topographic mapping, whose lattice stays in its
place (Bishop, Svensén & Williams 1998); random shifts: Cranley & Patterson 1976.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vae.model import VAE, by_class
from vae.model.likelihood import PixelBernoulli

_INSIDE = 2.0**-53  # Φ⁻¹ of 0 and of 1 are infinite


def log_likelihood(
    model: VAE, x: Float[Tensor, "batch *image"], y: Int[Tensor, " batch"] | None, codes: int
) -> Float[Tensor, " batch"]:
    """Log of the mean of p(x | z[, y]) over a lattice, shifted by torch's own generator.

    Args:
        model: of Bernoulli pixels.
        x: images in [0, 1], grey or binary.
        y: their classes, for a conditional model; each that occurs is decoded by itself.
        codes: N.

    Raises:
        ValueError: the model's pixels are of another kind.
    """
    z = shifted_lattice(codes, model.latent_dim).to(x)
    log_share = x.new_full((codes,), -math.log(codes))
    found, order = [], []
    for label, members in by_class(y, torch.arange(len(x), device=x.device)):
        p = model.decode(z, None if label is None else label.expand(codes))
        if not isinstance(p, PixelBernoulli):
            raise ValueError(f"this model's pixels are {p}: a lattice needs Bernoulli ones")
        found.append(p.log_prob_each(x[members], log_share).logsumexp(1))
        order.append(members)
    return torch.cat(found)[torch.cat(order).argsort()]


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
