"""Coloured shapes that are drawn and not downloaded, so that what made each image is known.

An image is 32×32 pixels in colour: one plain shape on black, wholly in sight. Six factors make it,
each drawn evenly and independently of the others: what an encoder finds can be held against them.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from numpy import ndarray

SIDE = 32
_COUNTS = {"train": 12_000, "test": 2_000}
_SUBPIXELS = 4  # on each axis: a pixel's edge has one of 17 shades
_SATURATION = 0.85
_BLOCK = 100  # images drawn at once

Coordinate = Float[ndarray, "n h w"]

SHAPES: dict[str, Callable[[Coordinate, Coordinate], Bool[ndarray, "n h w"]]] = {
    "disc": lambda u, v: u**2 + v**2 <= 1,
    "square": lambda u, v: np.maximum(abs(u), abs(v)) <= 0.88,
    "triangle": lambda u, v: (v >= -0.8) & (v + 1.8 * abs(u) <= 1),
    "cross": lambda u, v: (np.minimum(abs(u), abs(v)) <= 0.32) & (np.maximum(abs(u), abs(v)) <= 1),
    "ring": lambda u, v: (u**2 + v**2 <= 1) & (u**2 + v**2 >= 0.36),
}
"""Whether a point is inside, with u to the right and v up, in units of the size."""


class Factors(NamedTuple):
    """What n images were made of."""

    shape: Int[ndarray, " n"]
    """A place in `SHAPES`."""
    x: Float[ndarray, " n"]
    """Of its middle, in pixels from the left edge, as `y` from the upper edge."""
    y: Float[ndarray, " n"]
    size: Float[ndarray, " n"]
    """Half the width of a disc, in pixels."""
    slant: Float[ndarray, " n"]
    """Pixels to the right for each pixel up."""
    hue: Float[ndarray, " n"]
    """From 0 (red) by green and blue to 1, which is red again: a circle."""


def factors(part: Literal["train", "test"]) -> Factors:
    """Of the images of that part; always the same."""
    rng, n = np.random.default_rng(["train", "test"].index(part)), _COUNTS[part]
    x, y = rng.uniform(11, SIDE - 11, (2, n))
    size, slant, hue = rng.uniform((4.5, -0.4, 0), (7.8, 0.4, 1), (n, 3)).T
    return Factors(rng.integers(len(SHAPES), size=n), x, y, size, slant, hue)


def draw(made_of: Factors) -> UInt8[ndarray, "n 32 32 3"]:
    """The images of some factors; a pixel at an edge has its share of the colour."""
    blocks = [
        _draw(Factors(*(values[start : start + _BLOCK] for values in made_of)))
        for start in range(0, len(made_of.hue), _BLOCK)
    ]
    return np.concatenate(blocks)


def _draw(made_of: Factors) -> UInt8[ndarray, "n 32 32 3"]:
    places = ((np.arange(SIDE * _SUBPIXELS) + 0.5) / _SUBPIXELS).astype(np.float32)
    x, y, size, slant = (
        values.astype(np.float32)[:, None, None]
        for values in (made_of.x, made_of.y, made_of.size, made_of.slant)
    )
    v = (y - places[:, None]) / size
    u = (places - x) / size - slant * v
    v = np.broadcast_to(v, u.shape)
    inside = np.empty(u.shape, bool)
    for label, shape in enumerate(SHAPES.values()):
        these = made_of.shape == label
        inside[these] = shape(u[these], v[these])
    subpixels = inside.reshape(-1, SIDE, _SUBPIXELS, SIDE, _SUBPIXELS)
    share = subpixels.mean(axis=(2, 4), dtype=np.float32)[..., None]
    return np.rint(255 * share * colour(made_of.hue)[:, None, None]).astype(np.uint8)


def colour(hue: Float[ndarray, " n"]) -> Float[ndarray, "n 3"]:
    """Red, green and blue of a hue, in [0, 1]. Source: the hexcone of Smith 1978."""
    thirds = np.array([0, 4, 2])
    pure = np.clip(np.abs((6 * hue[:, None] + thirds) % 6 - 3) - 1, 0, 1)
    return 1 - _SATURATION * (1 - pure)
