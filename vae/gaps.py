"""What the ELBO misses of log p(x), in two parts, for a model with two latent axes; in nats.

    log p(x) − ELBO(q) = [log p(x) − ELBO(q*)] + [ELBO(q*) − ELBO(q)]
                             approximation           amortisation

with q* the best diagonal Gaussian for the image. The first part is lost because the posterior is no
diagonal Gaussian, the second because one encoder serves all images. Their E_q[log p(x | z)] is no
sample mean but Gauss–Hermite quadrature, whose nodes follow q wherever it is and however narrow.
Source: Cremer, Li & Duvenaud 2018, arXiv:1801.03558.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from vae.evaluation import Track
from vae.model import VAE
from vae.objective import kl_standard_normal
from vae.quadrature import Plane, hermite, whole

_AT_ONCE = 32  # images whose q* are sought together: bounds memory, too
_NODES, _SEARCH_NODES = 16, 6  # on an axis: exact for polynomials of degree 31, and 11
_ITERATIONS = 20  # of L-BFGS: forty more move the mean ELBO by less than 0.001 nats
_WIDEST = 4.0  # log σ is sought so far on either side of its start

COARSEST = 0.4
"""The least σ that a grid resolves, in steps. The integral of such a Gaussian is off by at most
2 exp(−2π²σ²) = 8.5 % on each axis (0.08 nats), at 0.6 steps by 0.2 %, at 0.8 by 0.001 %."""


class Gaps(NamedTuple):
    """An ELBO, the best that a diagonal Gaussian reaches, and the truth, for each image, in nats.

    elbo ≤ best_elbo ≤ log_likelihood, but for the error of the sums over the plane.
    """

    log_likelihood: Float64[Tensor, " n"]
    """log p(x)."""
    elbo: Float64[Tensor, " n"]
    """ELBO(q), q the encoder's."""
    best_elbo: Float64[Tensor, " n"]
    """ELBO(q*), q* the best diagonal Gaussian for the image."""

    @property
    def approximation(self) -> Float64[Tensor, " n"]:
        """Log p(x) − ELBO(q*): what the family of diagonal Gaussians costs."""
        return self.log_likelihood - self.best_elbo

    @property
    def amortisation(self) -> Float64[Tensor, " n"]:
        """ELBO(q*) − ELBO(q): what sharing one encoder costs."""
        return self.best_elbo - self.elbo


def points(narrowest: float, limit: float) -> int:
    """The fewest points on an axis that resolve a posterior of σ = `narrowest`, as `gaps` asks.

    >>> points(0.5, 5.0)
    9
    """
    return math.ceil(2 * limit * COARSEST / narrowest) + 1


@torch.no_grad()
def gaps(
    model: VAE,
    x: Float[Tensor, "n *image"],
    y: Int[Tensor, " n"] | None,
    n: int,
    limit: float,
    track: Track = iter,
) -> Gaps:
    """Log p(x), the ELBO of the encoder's q, and that of the best diagonal Gaussian q*.

    q* is sought by L-BFGS over the two means and the two log σ, once from the encoder's q and once
    from a Gaussian of its width at the posterior's highest point on the grid; the best of the three
    counts. Arguments as for `vae.quadrature.log_likelihood`, but the grid must resolve the
    narrowest posterior: no σ of the encoder may be below `COARSEST` steps (`points` says which n
    that takes), nor may the grid end within 3 σ of a mean.

    Raises:
        ValueError: the model is of another kind, or the grid does not resolve or hold a posterior.
    """
    q = model.encode(x, y).base_dist
    _check_grid(q.loc, q.scale, n, limit)
    parts, mode = Plane(model, x, y, limit).sums(n)
    results = torch.empty(2, len(x), dtype=torch.float64)
    for batch in track(torch.arange(len(x), device=x.device).split(_AT_ONCE)):
        data = model, x[batch], None if y is None else y[batch]
        elbo, rough = _Elbo(*data, _NODES), _Elbo(*data, _SEARCH_NODES)
        start, log_sigma = q.loc[batch], q.scale[batch].log()
        found = [elbo(start, log_sigma)]
        found += [elbo(*rough.best_from(mean, log_sigma)) for mean in (start, mode[batch])]
        results[:, batch.cpu()] = torch.stack([found[0], torch.stack(found).amax(0)]).cpu()
    return Gaps(whole(parts).cpu(), *results)


class _Elbo:
    """ELBO(q) of diagonal Gaussians q, one for each image of a batch, by quadrature."""

    def __init__(
        self, model: VAE, x: Float[Tensor, "n *image"], y: Int[Tensor, " n"] | None, nodes: int
    ) -> None:
        self.model, self.x, self.y = model, x, y
        self.nodes, self.shares = hermite(nodes, x.device)

    def __call__(
        self, mean: Float[Tensor, "n 2"], log_sigma: Float[Tensor, "n 2"]
    ) -> Float64[Tensor, " n"]:
        log_p = self.model.decode(mean + log_sigma.exp() * self.nodes, self.y).log_prob(self.x)
        kl = kl_standard_normal(mean.double(), 2 * log_sigma.double()).sum(1)
        return self.shares @ log_p.double() - kl

    @torch.enable_grad()
    def best_from(
        self, mean: Float[Tensor, "n 2"], log_sigma: Float[Tensor, "n 2"]
    ) -> tuple[Float[Tensor, "n 2"], Float[Tensor, "n 2"]]:
        """Mean and log σ that L-BFGS reaches from a start, whose σ are its units of length."""
        steps = torch.zeros(2, *mean.shape, device=mean.device, requires_grad=True)
        search = torch.optim.LBFGS(
            [steps], max_iter=_ITERATIONS, history_size=20, line_search_fn="strong_wolfe"
        )

        def place() -> tuple[Tensor, Tensor]:
            # a long trial step must not overflow: one image's would end the search for all
            wider = _WIDEST * torch.tanh(steps[1] / _WIDEST)
            return mean + log_sigma.exp() * steps[0], log_sigma + wider

        def loss() -> Tensor:
            negative = -self(*place()).sum()
            (steps.grad,) = torch.autograd.grad(negative, steps)  # of the steps, not of the model
            return negative.detach()

        search.step(loss)
        reached, width = place()
        return reached.detach(), width.detach()


def _check_grid(
    mean: Float[Tensor, "n 2"], sigma: Float[Tensor, "n 2"], n: int, limit: float
) -> None:
    narrowest, reach = sigma.min().item(), (mean.abs() + 3 * sigma).max().item()
    if n < (needed := points(narrowest, limit)):
        raise ValueError(
            f"n is {n}: a posterior as narrow as σ = {narrowest:.3g} needs n ≥ {needed}"
        )
    if reach > limit:
        raise ValueError(
            f"limit is {limit:g}: posteriors reach out to {reach:.3g} (mean + 3 σ); "
            "it must be no less"
        )
