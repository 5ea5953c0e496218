"""What the figures show of a decoder: codes chosen, decoded, and kept as records.

Arrays in, arrays out: the decoder comes as a function from codes (and classes) to decoder means
in [0, 1], so this module and whoever draws its records need no network.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Num, UInt8
from numpy import ndarray

from vae import latent
from vae.codes import Codes, active, kl_by_axis
from vae.files.dataset import LabelledImages

Decode = Callable[[Num[ndarray, "*batch latent"], ndarray | None], Float[ndarray, "..."]]
"""E[x | z[, y]]; y holds a class for each code, or a weight for each class."""
Classify = Callable[[Num[ndarray, "n *image"]], Int[ndarray, " n"]]
"""The class that an independent classifier sees in each picture."""


class Manifold(NamedTuple):
    """The quantile grid, decoded."""

    mean: Float[ndarray, "_ _ _ _ ..."]
    """n×n×image; of a conditional model classes×n×n×image."""
    inside: float
    """Share of the test set's codes within the outermost midpoints."""
    label: Int[ndarray, " classes"] | None
    """The class of each grid, of a conditional model."""


class Slices(NamedTuple):
    """The quantile grid of two axes, decoded at several places on a third."""

    mean: Float[ndarray, "slices n n *image"]
    z3: Float[ndarray, " slices"]


class ClassManifolds(NamedTuple):
    """The quantile grid, decoded as each of some classes."""

    mean: Float[ndarray, "classes n n *image"]
    label: Int[ndarray, " classes"]


class Reconstructions(NamedTuple):
    """Test images beside their decoded posterior means."""

    x: UInt8[ndarray, "classes each *image"]
    mean: Float[ndarray, "classes each *image"]
    label: Int[ndarray, " classes"]
    """The class of each row."""
    latent_dim: int


class Samples(NamedTuple):
    """Codes from the prior, decoded."""

    mean: Float[ndarray, "n *image"]
    drawn: Float[ndarray, "n *image"]
    """One draw x ~ p(x | z) of each."""
    places: Float[ndarray, "n 2"]
    """z itself or, of more than two axes, its t-SNE map."""
    plane: bool
    """Whether `places` are z itself."""
    conditional: bool


class Traversal(NamedTuple):
    """One latent axis at a time from −limit to limit, the others at 0."""

    mean: Float[ndarray, "rows steps *image"]
    """A row for each axis or, of a conditional model, for each axis and class."""
    axis: Int[ndarray, " latent"]
    """The axes in the order of the rows, by falling KL."""
    kl: Float[ndarray, " latent"]
    """Of those axes, in nats."""
    active: Bool[ndarray, " latent"]
    """Whether they are used; see `vae.codes.active`."""
    label: Int[ndarray, " classes"] | None
    """The classes of each axis's rows, of a conditional model."""


class Conditional(NamedTuple):
    """The same codes, decoded as each of some classes."""

    mean: Float[ndarray, "rows classes *image"]
    label: Int[ndarray, " classes"]


class Walk(NamedTuple):
    """A walk on straight legs through the codes of test images, decoded on its way."""

    stops: Float[ndarray, "stops latent"]
    classes: Int[ndarray, " stops"]
    strip: Float[ndarray, "steps *image"]
    """At even steps from the first stop to the last."""
    seen: Int[ndarray, " steps"]
    """The class that a classifier sees in each picture of the strip."""
    frames: Float[ndarray, "frames *image"]
    """At the smaller steps of a GIF that runs for ever; see `vae.latent.endless`."""

    @property
    def name(self) -> str:
        """Its classes, as in `1to0to9`."""
        return "to".join(map(str, self.classes))


class Walks(NamedTuple):
    """Walks in groups."""

    groups: list[list[Walk]]
    conditional: bool


def manifold(decode: Decode, codes: Codes, n: int) -> Manifold:
    """The grid of an unconditional model; see `vae.latent.quantile_grid`."""
    mean, inside = decode(latent.quantile_grid(n), None), latent.share_inside(codes.mean, n)
    return Manifold(mean, inside, None)


def slices(decode: Decode, n: int, count: int) -> Slices:
    """The cube of an unconditional model of three axes, z₃ rising from slice to slice."""
    grid, places = latent.quantile_grid(n), latent.quantile_midpoints(count)
    z = [np.concatenate([grid, np.full((n, n, 1), z3)], axis=-1) for z3 in places]
    return Slices(decode(np.stack(z), None), places)


def class_manifolds(decode: Decode, label: Int[ndarray, " classes"], n: int) -> ClassManifolds:
    """The same grid decoded as each of some classes, by a conditional model."""
    grid = latent.quantile_grid(n)
    return ClassManifolds(np.stack([decode(grid, np.full((n, n), y)) for y in label]), label)


def reconstructions(
    decode: Decode,
    test: LabelledImages,
    codes: Codes,
    label: Int[ndarray, " classes"],
    per_class: int,
    *,
    conditional: bool,
) -> Reconstructions:
    """The first test images of each of some classes, decoded from their posterior means."""
    members = [np.flatnonzero(codes.label == y) for y in label]
    each = min(per_class, *map(len, members))
    chosen = np.stack([images[:each] for images in members])
    mean = decode(codes.mean[chosen], codes.label[chosen] if conditional else None)
    return Reconstructions(test.x[chosen], mean, label, codes.latent_dim)


def traversal(
    decode: Decode,
    codes: Codes,
    steps: int,
    limit: float,
    active_variance: float,
    label: Int[ndarray, " classes"] | None,
) -> Traversal:
    """A row for each axis, by falling KL, and for each of some classes of a conditional model.

    `active_variance` is that of `vae.codes.active`.
    """
    kl = kl_by_axis(codes)
    axis = kl.argsort(kind="stable")[::-1]
    z, y = latent.axis_traversal(codes.latent_dim, axis, steps, limit), None
    if label is not None:
        z = z.repeat(len(label), axis=0)
        y = np.broadcast_to(np.tile(label, len(axis))[:, None], z.shape[:-1])
    used = active(codes, active_variance)
    return Traversal(decode(z, y), axis, kl[axis], used[axis], label)


def conditional(
    decode: Decode, z: Float[ndarray, "rows latent"], label: Int[ndarray, " classes"]
) -> Conditional:
    """A row for each code, a column for each of some classes."""
    codes = np.repeat(z[:, None], len(label), axis=1)
    return Conditional(decode(codes, np.broadcast_to(label, codes.shape[:-1])), label)
