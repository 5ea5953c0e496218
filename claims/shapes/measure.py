"""Which latent axis knows which of the factors that made the images."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num, UInt8
from numpy import ndarray

from vae.codes import Codes, active, kl_by_axis
from vae.disentanglement import completeness, disentanglement, importance, known_share, mig
from vae.latent import axis_traversal
from vae.shapes import SHAPES, Factors

_TURN = 64
"""Hues of the circle."""


class Found(NamedTuple):
    """What was measured of one model, a row for each axis, those of the largest KL first."""

    axis: Int[ndarray, " rows"]
    active: int
    """How many are used; see `vae.codes.active`."""
    kl: Float[ndarray, " rows"]
    """In nats, mean over the test images."""
    known: Float[ndarray, "rows factors"]
    """The share of a factor that an axis knows, I(z; v) / H(v); 0 of an inactive one."""
    mig: Float[ndarray, " factors"]
    disentanglement: float
    completeness: float
    r2: Float[ndarray, " factors"]
    """How well all axes together predict a factor."""
    pictures: UInt8[ndarray, "rows steps h w 3"]
    """One axis at a time from −limit to limit, the others at 0, decoded."""
    hue_axes: Int[ndarray, "2"]
    """The two axes that know most of the hue."""
    places: Float[ndarray, "n 2"]
    """Posterior means of the test images on these two."""
    circle: Float[ndarray, "turn 2"]
    """Of one image whose hue goes round."""
    plane: UInt8[ndarray, "grid grid h w 3"]
    """What the two axes decode to, the highest z of the second first; the others at 0."""

    @property
    def scores(self) -> dict[str, float]:
        """MIG, D, C and I: of MIG and I the means over the factors; 1 at best."""
        mig, informativeness = float(self.mig.mean()), float(self.r2.mean())
        parts = {"D": self.disentanglement, "C": self.completeness}
        return {"MIG": mig, **parts, "I": informativeness}

    def metrics(self) -> dict[str, float]:
        """The scores, with the MIG and R² of each factor, as a metrics file has them."""
        each = {
            f"{name}_{factor}": float(value)
            for name, values in (("mig", self.mig), ("r2", self.r2))
            for factor, value in zip(Factors._fields, values, strict=True)
        }
        return self.scores | {"active_axes": self.active} | each


class Measured(NamedTuple):
    """The record of this claim."""

    hue: Float[ndarray, " n"]
    """Of the test images."""
    models: dict[str, Found]


def measure(
    codes: Codes,
    factors: Factors,
    encode: Callable[[Factors], Float[ndarray, "m latent"]],
    decode: Callable[[Num[ndarray, "*batch latent"]], UInt8[ndarray, "*batch h w 3"]],
    *,
    active_variance: float,
    bins: int,
    trees: int,
    steps: int,
    limit: float,
    grid: int,
    seed: int,
) -> Found:
    """Hold every axis of a model against every factor; inactive axes count as constant.

    Args:
        codes: of the images.
        factors: of the same images.
        encode: the posterior means of images of given factors.
        decode: the decoder means of codes.
        active_variance: see `vae.codes.active`.
        bins: that axes and factors are sorted into.
        trees: of each forest.
        steps: pictures along an axis.
        limit: of the axes that are decoded.
        grid: pictures on each side of the plane of hue.
        seed: of the forests.
    """
    kl, used = kl_by_axis(codes), active(codes, active_variance)
    axis = kl.argsort(kind="stable")[::-1]
    z = np.where(used, codes.mean, 0)
    values = np.stack(factors, axis=1)
    known = known_share(z, values, bins)
    learnt = importance(z, targets(factors), trees, seed)
    hue_axes = known[:, Factors._fields.index("hue")].argsort(kind="stable")[:-3:-1]
    at = np.linspace(-limit, limit, grid)
    plane = np.zeros((grid, grid, codes.latent_dim))
    plane[..., hue_axes[0]], plane[..., hue_axes[1]] = np.meshgrid(at, at[::-1])
    return Found(
        axis,
        int(used.sum()),
        kl[axis],
        known[axis],
        mig(z, values, bins),
        disentanglement(learnt.weight),
        completeness(learnt.weight),
        learnt.r2,
        decode(axis_traversal(codes.latent_dim, axis, steps, limit)),
        hue_axes,
        codes.mean[:, hue_axes].astype(np.float64),
        encode(turning())[:, hue_axes].astype(np.float64),
        decode(plane),
    )


def targets(factors: Factors) -> list[Num[ndarray, "n ..."]]:
    """Factors as forests predict them: a kind as one number each, a hue as a place on a circle."""
    kinds = factors.shape[:, None] == np.arange(len(SHAPES))
    angle = 2 * np.pi * factors.hue
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    as_numbers = {"shape": kinds.astype(np.float64), "hue": circle}
    return [as_numbers.get(name, getattr(factors, name)) for name in Factors._fields]


def turning() -> Factors:
    """A disc in the middle, in every hue of the circle and back at the first."""
    x, y, size, slant = (np.full(_TURN, value) for value in (16.0, 16.0, 6.0, 0.0))
    return Factors(np.zeros(_TURN, int), x, y, size, slant, hue=np.linspace(0, 1, _TURN))
