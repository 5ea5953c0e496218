"""Frames as an endless GIF of sixteen greys, or of colours where the images have them."""

import base64
import io
from typing import NamedTuple

import imageio.v3 as iio
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image, ImageSequence

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


class Film(NamedTuple):
    """A GIF's frames below one another in one picture, for players that can pause."""

    png: str
    """The picture as base64."""
    frames: int
    width: int
    height: int
    milliseconds: int
    """A frame is shown."""


def film(content: bytes) -> Film:
    """A GIF as a film; at most 256 colours of it are kept."""
    with Image.open(io.BytesIO(content)) as moving:
        milliseconds = int(moving.info["duration"])
        pictures = [frame.convert("RGB") for frame in ImageSequence.Iterator(moving)]
    width, height = pictures[0].size
    strip = Image.new("RGB", (width, height * len(pictures)))
    for i, picture in enumerate(pictures):
        strip.paste(picture, (0, i * height))
    buffer = io.BytesIO()
    strip.quantize(256, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    text = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Film(text, len(pictures), width, height, milliseconds)
