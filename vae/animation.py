"""Frames as an endless GIF of sixteen greys, or of colours where the images have them."""

import io

import imageio.v3 as iio
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray

_GREYS = 16


def gif(mean: Float[ndarray, "frames *image"], *, pixels: int, milliseconds: int) -> bytes:
    """The bytes of a GIF that shows images in [0, 1] one after the other, for ever.

    Args:
        mean: the frames, H×W or H×W×C.
        pixels: the least side of the GIF; each image pixel takes a whole number of its pixels.
        milliseconds: a frame is shown; GIF counts in hundredths of a second.
    """
    buffer = io.BytesIO()
    iio.imwrite(
        buffer,
        frames(mean, pixels),
        extension=".gif",
        plugin="pillow",
        duration=milliseconds,
        loop=0,
        optimize=True,
    )
    return buffer.getvalue()


def frames(
    mean: Float[ndarray, "frames *image"], pixels: int
) -> UInt8[ndarray, "frames *enlarged"]:
    """Images in [0, 1] as enlarged bytes, rounded to sixteen levels."""
    scale = -(-pixels // min(mean.shape[1:3]))
    levels = np.rint(np.clip(mean, 0, 1) * (_GREYS - 1)) * (255 / (_GREYS - 1))
    return np.rint(levels).astype(np.uint8).repeat(scale, axis=1).repeat(scale, axis=2)
