"""Exact likelihoods of a model with two latent axes, by quadrature, in nats per image.

    log p(x) = log ∫ p(x | z) N(z; 0, I) dz ≈ log Σ_ij p(x | z_ij) N(z_ij; 0, I) h²

over codes in even steps h from −limit to limit on both axes. The sum converges very fast once h is
below the width of the posterior p(z | x). For a conditional model all is conditional on y.

An image's posterior lies on a small part of the plane. So the plane is cut into square tiles:
coarse steps over all of it find those that hold the posterior, and only these are summed in fine
steps. What is left out is positive, so for want of it the sum can only be too low.

The relative error of such a sum is twice the posterior's characteristic function φ at the grid's
frequency, 2π/h. The grid itself gives |φ| at a quarter of that, wherever the posterior lies between
the codes, and of a Gaussian φ(4ω) = φ(ω)¹⁶. As what is read off the grid is a little off, too, the
twelfth power is taken: 2 Σ |φ(ω)|¹² over both axes and both diagonals is above the error where h is
at most two σ of the narrowest direction, and above 0.02 where it is more.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64, Int
from torch import Tensor

from vae.evaluation import Track
from vae.log_sum import exp_, log_sum_exp_
from vae.model import VAE, by_class
from vae.model.likelihood import PixelBernoulli
from vae.objective import kl_by_axis, standard_normal

_TILE = 0.6  # a tile's side, about
_COARSE = 6  # points on that side, to find posteriors by
_NEGLIGIBLE = 20.0  # nats: tiles that hold less than exp(−20) of p(x) are left out
_EDGE = 0.01  # share of p(x) in the outermost tiles from which on some of it may lie beyond them
_BLOCK = 2**24  # values of log p(x | z) at once: 64 MiB
_EVERY = 4  # codes along a line are in one of so many parts
_POWER = 12
_HALVINGS = 3  # of the steps, at most
_NODES = 8  # of the ELBO, on an axis: exact for polynomials of degree 15
_DECODED_AT_ONCE = 2000  # images: fits a CPU's cache


class Exact(NamedTuple):
    """Terms of the ELBO and log p(x) for each of N images, in nats."""

    reconstruction: Float64[Tensor, " n"]
    """E_q[log p(x | z)], by Gauss–Hermite quadrature."""
    kl: Float64[Tensor, " n"]
    """KL(q(z | x) ‖ p(z))."""
    log_likelihood: Float64[Tensor, " n"]
    """log p(x)."""
    error: Float64[Tensor, " n"]
    """Of it, estimated from the posterior's width against the grid's steps."""
    at_edge: Bool[Tensor, " n"]
    """Whether the posterior reaches the edge of the plane: then log p(x) may be higher."""

    @property
    def mean_error(self) -> float:
        """Of the mean log p(x), as if all errors were of one sign."""
        return float(self.error.mean())


def fits(model: VAE) -> bool:
    """Whether a model is of the kind that can be summed: two latent axes and Bernoulli pixels."""
    return model.latent_dim == 2 and model.likelihood.of_bernoulli


@torch.no_grad()
def exact(
    model: VAE,
    x: Float[Tensor, "n *image"],
    y: Int[Tensor, " n"] | None,
    n: int,
    limit: float,
    tolerance: float,
    track: Track = iter,
) -> Exact:
    """ELBO and log p(x) of every image, in steps as fine as each of them needs.

    Where the error is estimated to be above `tolerance`, the grid's steps are halved, up to three
    times.

    Args:
        model: two latent axes and Bernoulli pixels, on the device to compute on.
        x: images in [0, 1], grey or binary, on the model's device.
        y: their classes, for a conditional model.
        n: points on an axis to begin with; as many as tiles of four, eight, … points a side have.
        limit: the plane's edge.
        tolerance: of the error, in nats.
        track: wraps the iteration over tiles, to show progress.

    Raises:
        ValueError: the model is of another kind.
    """
    plane = Plane(model, x, y, limit)
    parts, _ = plane.sums(n, track=track)
    for _ in range(_HALVINGS):
        rough, n = torch.nonzero(_error(parts) > tolerance)[:, 0], 2 * n
        if not len(rough):
            break
        parts[rough], _ = plane.sums(n, rough)
    reconstruction, kl = _terms(model, x, y)
    log_p, error = whole(parts).cpu(), _error(parts).cpu()
    return Exact(reconstruction, kl, log_p, error, plane.at_edge.cpu())


@torch.no_grad()
def log_likelihood(
    model: VAE,
    x: Float[Tensor, "n *image"],
    y: Int[Tensor, " n"] | None,
    n: int,
    limit: float,
    track: Track = iter,
) -> Float64[Tensor, " n"]:
    """Log p(x) of every image, by a sum over n×n codes; a grid too coarse errs to both sides.

    Arguments as for `exact`.

    Raises:
        ValueError: the model is of another kind.
    """
    parts, _ = Plane(model, x, y, limit).sums(n, track=track)
    return whole(parts).cpu()


def hermite(
    nodes: int, device: torch.device
) -> tuple[Float[Tensor, "nodes_squared 1 2"], Float64[Tensor, " nodes_squared"]]:
    """Codes and their shares of 1 whose weighted means are expectations under N(0, I)."""
    places, weights = np.polynomial.hermite_e.hermegauss(nodes)
    along = torch.as_tensor(places, dtype=torch.float32, device=device)
    share = torch.as_tensor(weights / weights.sum(), device=device)
    return torch.cartesian_prod(along, along)[:, None], torch.outer(share, share).flatten()


@torch.no_grad()
def _terms(
    model: VAE, x: Float[Tensor, "n *image"], y: Int[Tensor, " n"] | None
) -> Float64[Tensor, "2 n"]:
    """Reconstruction and KL of the encoder's q."""
    terms = torch.zeros(2, len(x), dtype=torch.float64, device=x.device)
    for batch in torch.arange(len(x), device=x.device).split(_DECODED_AT_ONCE):
        image, label = x[batch], None if y is None else y[batch]
        q = model.encode(image, label)
        for node, share in zip(*hermite(_NODES, x.device), strict=True):
            p = model.decode(q.base_dist.loc + q.base_dist.scale * node, label)
            terms[0, batch] += share * p.log_prob(image).double()
        terms[1, batch] = kl_by_axis(q).double().sum(1)
    return terms.cpu()


class Plane:
    """Images' posteriors on a plane of codes: where they lie, and sums over them.

    Matrix products and exponentials are float32, with the largest term taken out; sums over tiles
    are float64. Memory does not grow with the number of codes.
    """

    def __init__(
        self,
        model: VAE,
        x: Float[Tensor, "n *image"],
        y: Int[Tensor, " n"] | None,
        limit: float,
    ) -> None:
        if not fits(model):
            raise ValueError(
                f"this model has {model.latent_dim} latent axes and {model.settings['likelihood']} "
                "pixels: quadrature needs 2 axes and Bernoulli pixels"
            )
        self.model, self.x, self.y, self.limit = model, x.flatten(1), y, limit
        self.across = max(1, round(2 * limit / _TILE))
        tiles, everyone = self._tiles(_COARSE), torch.arange(len(x), device=x.device)
        mass = x.new_empty(len(tiles), len(x))
        at_once = max(1, _BLOCK // (len(x) * _COARSE**2))
        for some in torch.arange(len(tiles), device=x.device).split(at_once):
            for images, joint in self._joint(tiles[some].flatten(0, 1), everyone):
                mass[some[:, None], images] = log_sum_exp_(joint.unflatten(1, (len(some), -1))).T
        mass -= mass.logsumexp(0)
        self._held = mass > -_NEGLIGIBLE
        inner = torch.zeros(self.across, self.across, dtype=torch.bool, device=x.device)
        inner[1:-1, 1:-1] = True
        self.at_edge = mass[~inner.flatten()].logsumexp(0) > math.log(_EDGE)

    def sums(
        self, n: int, images: Int[Tensor, " some"] | None = None, track: Track = iter
    ) -> tuple[Float64[Tensor, "some 4 4"], Float[Tensor, "some 2"]]:
        """Log p(x) by each part of a grid of n×n codes, and the code of highest posterior.

        Of the sixteen parts each has every fourth code along every fourth line.
        """
        points = _EVERY * math.ceil(n / (_EVERY * self.across))
        log_cell = 2 * math.log(_EVERY * 2 * self.limit / (self.across * points))
        shape = (len(self.x), _EVERY, _EVERY)
        parts = self.x.new_full(shape, -math.inf, dtype=torch.float64)
        highest = self.x.new_full((len(self.x),), -math.inf)
        mode = self.x.new_empty(len(self.x), 2)
        asked = torch.ones_like(highest, dtype=torch.bool)
        if images is not None:
            asked = torch.zeros_like(asked).index_fill_(0, images, True)
        for codes, held in zip(track(self._tiles(points).unbind()), self._held, strict=True):
            for rows, joint in self._joint(codes, torch.nonzero(held & asked)[:, 0]):
                top, where = joint.max(1)
                terms = exp_(joint.sub_(top[:, None])).unflatten(1, (*shape[1:], -1)).sum(3)
                found = terms.double().log() + top[:, None, None] + log_cell
                parts[rows] = torch.logaddexp(parts[rows], found)
                higher = top > highest[rows]
                highest[rows[higher]], mode[rows[higher]] = top[higher], codes[where[higher]]
        return parts[asked], mode[asked]

    def _tiles(self, points: int) -> Float[Tensor, "tiles codes 2"]:
        """The codes of each tile; of a multiple of four points on a side, part by part."""
        step = 2 * self.limit / (self.across * points)
        along = (torch.arange(self.across * points, device=self.x.device) + 0.5) * step - self.limit
        count = torch.arange(points, device=self.x.device)
        order = (_EVERY * (count[:, None] % _EVERY) + count % _EVERY).flatten().argsort(stable=True)
        sides = along.unflatten(0, (self.across, points))
        return torch.stack([torch.cartesian_prod(a, b)[order] for a in sides for b in sides])

    def _joint(
        self, codes: Float[Tensor, "codes 2"], images: Int[Tensor, " some"]
    ) -> Iterator[tuple[Int[Tensor, " rows"], Float[Tensor, "rows codes"]]]:
        """Log p(x | z) p(z) of images under all codes, class by class, with whose rows they are."""
        log_prior = standard_normal(codes)
        for label, rows in by_class(self.y, images) if len(images) else ():
            p = self.model.decode(codes, None if label is None else label.expand(len(codes)))
            assert isinstance(p, PixelBernoulli)
            for some in rows.split(max(1, _BLOCK // len(codes))):
                yield some, p.log_prob_each(self.x[some], log_prior)


def whole(parts: Float64[Tensor, "n 4 4"]) -> Float64[Tensor, " n"]:
    """Log p(x) by all parts of a grid together."""
    return parts.flatten(1).logsumexp(1) - 2 * math.log(_EVERY)


def _error(parts: Float64[Tensor, "n 4 4"]) -> Float64[Tensor, " n"]:
    """The relative error of the whole sum, which is that of its logarithm in nats; see above."""
    share = parts.flatten(1).softmax(1).unflatten(1, (_EVERY, _EVERY))
    turn = torch.arange(_EVERY, device=parts.device)
    ways = ((1, 0), (0, 1), (1, 1), (1, -1))
    steps = torch.stack([down * turn[:, None] + across * turn for down, across in ways])
    waves = torch.polar(torch.ones_like(share[:1]), 2 * math.pi / _EVERY * steps.double())
    characteristic = torch.einsum("nij,wij->nw", share + 0j, waves).abs()
    return 2 * characteristic.pow(_POWER).sum(1)
