"""Codes moved towards the mode of their posterior, by Gauss–Newton, for Bernoulli pixels.

With logits l(z), their Jacobian J and p = 1/(1 + exp(−l)), the gradient of log p(x, z) is
Jᵀ(x − p) − z. Where l is nearly linear, its curvature is −(Jᵀ diag(p(1 − p)) J + I), which is never
singular and asks for no second derivative. So the step is

    δ = (Jᵀ diag(p(1 − p)) J + I)⁻¹ (Jᵀ(x − p) − z)

For logits that are linear in z it is Newton's method for logistic regression (iteratively
reweighted least squares). Source: Park, Kim & Kim 2019, "Variational Laplace Autoencoders", who
train through such steps; here they only follow the encoder.
"""

import warnings
from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.func import jvp, vmap

_AT_ONCE = 500  # images: bounds the memory of their Jacobians

Labels = Int[Tensor, " batch"] | Float[Tensor, "batch classes"]


@torch.no_grad()
def stepped(
    logits: Callable[..., Tensor],
    z: Float[Tensor, "batch latent"],
    x: Float[Tensor, "batch pixels"],
    y: Labels | None,
) -> Float[Tensor, "batch latent"]:
    """Codes after one step each; `logits(z, y=y)` gives batch×pixels."""
    parts = []
    for some in torch.arange(len(z), device=z.device).split(_AT_ONCE):
        of_these = partial(logits, y=None if y is None else y[some])
        parts.append(_stepped(of_these, z[some], x[some]))
    return torch.cat(parts)


def _stepped(
    logits: Callable[[Tensor], Tensor],
    z: Float[Tensor, "batch latent"],
    x: Float[Tensor, "batch pixels"],
) -> Float[Tensor, "batch latent"]:
    axes = torch.eye(z.shape[1], device=z.device)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's own, of torch.jit
        # all tangents in one pass, batch×pixels×latent
        jacobian = vmap(lambda axis: jvp(logits, (z,), (axis.expand_as(z),))[1], out_dims=2)(axes)
    p = logits(z).sigmoid()
    curvature = (jacobian * (p * (1 - p))[..., None]).mT @ jacobian + axes
    gradient = ((x - p)[:, None] @ jacobian)[:, 0] - z
    return z + torch.linalg.solve(curvature, gradient)
