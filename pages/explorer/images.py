"""Test images as an explorer shows them, and how a data set fills them, for what is drawn there."""

from typing import Any

import numpy as np
from jaxtyping import Int, UInt8
from numpy import ndarray


def to_nibbles(images: UInt8[ndarray, "n *image"]) -> UInt8[ndarray, " bytes"]:
    """Images at 16 levels, two values a byte, the first in the high bits.

    >>> to_nibbles(np.array([[0, 255, 34]], np.uint8))
    array([15, 32], dtype=uint8)
    """
    levels = np.rint(images.ravel() / 17).astype(np.uint8)
    high, low = np.pad(levels, (0, len(levels) % 2)).reshape(-1, 2).T
    return high << 4 | low


def ground(images: UInt8[ndarray, "n *image"]) -> UInt8[ndarray, " colours"]:
    """The colour of most images' edge: of its pixels' values the median, grey or three."""
    images = images.reshape(*images.shape[:3], -1)
    edges = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
    colour = np.median(np.concatenate(edges, axis=1), axis=(0, 1)).astype(np.uint8)
    return np.broadcast_to(colour, 3)


def ink(images: UInt8[ndarray, "n h w *grey"]) -> dict[str, Any]:
    """How a data set places its ink, in pixels; empty images do not count.

    Returns:
        `box`, the median of the longer side of the bounding box, and `centre`, the mean centre of
        mass (x, y) from the image's upper left corner.
    """
    images = images.reshape(images.shape[:3])
    images = images[images.any(axis=(1, 2))]
    sides = [_spread(images.max(axis=axis) > 0) for axis in (1, 2)]
    mass = images.sum(axis=(1, 2), dtype=np.float64)
    centre = []
    for axis, length in ((1, images.shape[2]), (2, images.shape[1])):
        profile = images.sum(axis=axis, dtype=np.float64)
        centre.append(float((profile @ (np.arange(length) + 0.5) / mass).mean()))
    return {"box": float(np.median(np.maximum(*sides))), "centre": centre}


def _spread(inked: ndarray) -> Int[ndarray, " n"]:
    """From the first to the last true of every row."""
    length = inked.shape[1]
    return np.asarray(length - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1))
