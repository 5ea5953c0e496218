"""Exact likelihoods of a model with two latent axes, by quadrature, in nats per image.

    log p(x) = log ∫ p(x | z) N(z; 0, I) dz ≈ log Σ_ij p(x | z_ij) N(z_ij; 0, I) h²

over n×n codes in even steps h from −limit to limit on both axes. The sum converges very fast once
h is below the width of the posterior p(z | x). For a conditional model all is conditional on y.

The truth at hand, the gap of the ELBO falls into two parts:

    log p(x) − ELBO(q) = [log p(x) − ELBO(q*)] + [ELBO(q*) − ELBO(q)]
                             approximation           amortisation

with q* the best diagonal Gaussian for the image. The first part is lost because the posterior is no
diagonal Gaussian, the second because one encoder serves all images. Their E_q[log p(x | z)] is no
sample mean but Gauss–Hermite quadrature, whose nodes follow q wherever it is and however narrow.
Source: Cremer, Li & Duvenaud 2018, arXiv:1801.03558.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Float64, Int
from torch import Tensor

from vae.evaluation import Track
from vae.model import VAE
from vae.model.likelihood import PixelBernoulli, softplus_sum
from vae.objective import kl_standard_normal, standard_normal

_CODES_AT_ONCE = 4096
_IMAGES_AT_ONCE = 4096  # with the above: 64 MiB of log p(x | z)
_FITTED_AT_ONCE = 32  # images whose q* are sought together: bounds memory, too

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


def log_likelihood(
    model: VAE,
    x: Float[Tensor, "n *image"],
    y: Int[Tensor, " n"] | None,
    n: int,
    limit: float,
    track: Track = iter,
) -> Float64[Tensor, " n"]:
    """Log p(x) of every image, by a sum over n×n codes.

    The sum is streamed: memory does not grow with n. Matrix products and exponentials are float32,
    with the largest term taken out; sums over chunks of the grid are float64. A grid that does not
    resolve a posterior errs to both sides, image by image.

    Args:
        model: two latent axes and Bernoulli pixels, on the device to compute on.
        x: images in [0, 1], grey or binary, on the model's device.
        y: their classes, for a conditional model.
        n: points on an axis, at least 2.
        limit: the grid's edge, so far out that all posteriors lie inside it.
        track: wraps the iteration over chunks of the grid, to show progress.

    Raises:
        ValueError: the model is of another kind.
    """
    return _sum(model, x, y, n, limit, track)[0].cpu()


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
    counts. Arguments as for `log_likelihood`, but the grid must resolve the narrowest posterior: no
    σ of the encoder may be below `COARSEST` steps (`points` says which n that takes), nor may the
    grid end within 3 σ of a mean.

    Raises:
        ValueError: the model is of another kind, or the grid does not resolve or hold a posterior.
    """
    q = model.encode(x, y).base_dist
    _check_grid(q.loc, q.scale, n, limit)
    exact, mode = _sum(model, x, y, n, limit, iter)
    results = torch.empty(2, len(x), dtype=torch.float64)
    for batch in track(torch.arange(len(x), device=x.device).split(_FITTED_AT_ONCE)):
        data = model, x[batch], None if y is None else y[batch]
        elbo, rough = _Elbo(*data, _NODES), _Elbo(*data, _SEARCH_NODES)
        start, log_sigma = q.loc[batch], q.scale[batch].log()
        found = [elbo(start, log_sigma)]
        found += [elbo(*rough.best_from(mean, log_sigma)) for mean in (start, mode[batch])]
        results[:, batch.cpu()] = torch.stack([found[0], torch.stack(found).amax(0)]).cpu()
    return Gaps(exact.cpu(), *results)


@torch.no_grad()
def _sum(
    model: VAE,
    x: Float[Tensor, "n *image"],
    y: Int[Tensor, " n"] | None,
    n: int,
    limit: float,
    track: Track,
) -> tuple[Float64[Tensor, " n"], Float[Tensor, "n 2"]]:
    """Log p(x), and where on the grid the posterior is highest."""
    if model.latent_dim != 2:
        raise ValueError(f"this model has {model.latent_dim} latent axes: quadrature needs 2")
    axis = torch.linspace(-limit, limit, n, device=x.device)
    log_cell = 2 * math.log(2 * limit / (n - 1))
    total = torch.full((len(x),), -math.inf, dtype=torch.float64, device=x.device)
    highest, mode = torch.full_like(total, -math.inf).float(), axis.new_empty(len(x), 2)
    groups = _by_class(y, len(x), x.device)
    for codes in track(torch.cartesian_prod(axis, axis).split(_CODES_AT_ONCE)):
        log_prior = standard_normal(codes) + log_cell
        for group in groups:
            logits = _logits(model, codes, None if y is None else y[group[:1]])
            log_weight = log_prior - softplus_sum(logits)
            for batch in group.split(_IMAGES_AT_ONCE):
                joint = torch.addmm(log_weight, x[batch].flatten(1), logits.T)
                top, where = joint.max(1)
                joint.sub_(top[:, None]).exp_()
                total[batch] = torch.logaddexp(total[batch], joint.sum(1).double().log() + top)
                higher = top > highest[batch]
                highest[batch[higher]], mode[batch[higher]] = top[higher], codes[where[higher]]
    return total, mode


class _Elbo:
    """ELBO(q) of diagonal Gaussians q, one for each image of a batch, by quadrature."""

    def __init__(
        self, model: VAE, x: Float[Tensor, "n *image"], y: Int[Tensor, " n"] | None, nodes: int
    ) -> None:
        self.model, self.x, self.y = model, x, y
        places, weights = np.polynomial.hermite_e.hermegauss(nodes)
        along = torch.as_tensor(places, dtype=x.dtype, device=x.device)
        share = torch.as_tensor(weights / weights.sum(), device=x.device)
        self.nodes = torch.cartesian_prod(along, along)[:, None]
        self.shares = torch.outer(share, share).flatten()

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


def _logits(
    model: VAE, codes: Float[Tensor, "codes 2"], label: Int[Tensor, " 1"] | None
) -> Float[Tensor, "codes pixels"]:
    p = model.decode(codes, None if label is None else label.expand(len(codes)))
    if not isinstance(p, PixelBernoulli):
        raise ValueError(
            f"this model's pixels are {p}: quadrature by matrices needs Bernoulli ones"
        )
    return p.base_dist.logits.flatten(1)


def _by_class(y: Int[Tensor, " n"] | None, n: int, device: torch.device) -> list[Tensor]:
    """Indices of the images of each class that occurs; of all of them, if there is none."""
    if y is None:
        return [torch.arange(n, device=device)]
    return [torch.nonzero(y == label)[:, 0] for label in y.unique()]


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
