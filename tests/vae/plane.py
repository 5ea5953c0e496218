"""Models of a plane, small enough for their likelihoods to be known in other ways."""

import numpy as np
import torch
from torch.distributions import Independent, Normal

from vae.model import VAE
from vae.model.likelihood import PixelBernoulli

GRID = {"n": 141, "limit": 7.0}


def images():
    return torch.rand(5, 4, 4, generator=torch.Generator().manual_seed(0))


def untrained(**settings):
    """A 2-D model with posteriors that are plainly not the true ones, smooth as rules like it."""
    torch.manual_seed(3)
    model = VAE((4, 4), 2, [16], "tanh", **settings).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(2)
    return model


def with_posterior(model, mean, sigma):
    """The model, its encoder replaced: one q for all images."""
    model.encode = lambda x, y=None: Independent(
        Normal(torch.tensor([mean]).expand(len(x), 2), torch.tensor([sigma]).expand(len(x), 2)), 1
    )
    return model


def deaf():
    """A model whose decoder ignores z, and its one answer."""
    logits = torch.randn(4, 4, generator=torch.Generator().manual_seed(1))
    model = with_posterior(untrained(), [0.5, -1.0], [0.8, 0.4])
    model.decode = lambda z, y=None: PixelBernoulli(logits.expand(*z.shape[:-1], 4, 4), 2)
    return model, PixelBernoulli(logits, 2)


@torch.no_grad()
def by_hermite(model, x, y=None):
    """log p(x) as the mean of p(x | z) under the prior, by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    z = torch.cartesian_prod(*[torch.tensor(nodes, dtype=torch.float32)] * 2)
    share = torch.tensor(np.outer(weights, weights).ravel() / weights.sum() ** 2).log()
    rows = []
    for i, image in enumerate(x):
        label = None if y is None else y[i : i + 1].expand(len(z))
        rows.append(torch.logsumexp(model.decode(z, label).log_prob(image).double() + share, 0))
    return torch.stack(rows)


def narrow():
    """A model with posteriors far narrower than the prior, some in several places; its images."""
    model = untrained()
    with torch.no_grad():
        model.decoder[-1].weight.mul_(40)
        means = model.decode(torch.randn(60, 2, generator=torch.Generator().manual_seed(2))).mean
    return model, means.round()


@torch.no_grad()
def by_every_code(model, x, n, limit):
    """log p(x) as one sum over n×n codes, edges included, in float64."""
    axis = torch.linspace(-limit, limit, n, dtype=torch.float64)
    z = torch.cartesian_prod(axis, axis)
    log_prior = Normal(0.0, 1.0).log_prob(z).sum(1) + 2 * (axis[1] - axis[0]).log()
    logits = model.decode(z.float()).base_dist.logits.flatten(1).double()
    without = log_prior - torch.nn.functional.softplus(logits).sum(1)
    blocks = zip(logits.split(20_000), without.split(20_000), strict=True)  # fit a CPU's cache
    x = x.flatten(1).double()
    return torch.logsumexp(
        torch.stack([torch.logsumexp(x @ some.T + rest, 1) for some, rest in blocks]), 0
    )
