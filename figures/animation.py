"""Images as an endless GIF of sixteen greys or of 256 colours, and a GIF as a sprite sheet."""

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import imageio.v3 as iio
import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from PIL import Image, ImageSequence

from vae.files.errors import InputError

_GREYS = 16
_BLACK_AND_WHITE = np.array([[0] * 3, [255] * 3], np.uint8)
_LOOKED_AT = 6
"""Frames of which a palette is made, at most: they are large, and much alike."""
_TINTS = (1.0, 0.6, 0.3)
"""Shares of a colour in its tints with white, such as the rims of dots."""


def gif(mean: Float[ndarray, "frames *image"], *, pixels: int, milliseconds: int) -> bytes:
    """The bytes of a GIF that shows images in [0, 1] one after the other, in an endless loop.

    Args:
        mean: the frames, H×W or H×W×C.
        pixels: the shorter side of the GIF, at least; each image pixel takes a whole number of
            its pixels.
        milliseconds: that each frame is shown for; GIF stores hundredths of a second.

    Images in colour keep all their levels, as near as the 256 colours most used by all frames come.
    """
    if mean.ndim == 4:
        images = np.rint(255 * np.clip(mean, 0, 1)).astype(np.uint8)
        return _moving(
            _enlarged(images, pixels), _palette_of(images, _BLACK_AND_WHITE), milliseconds
        )
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
    levels = np.rint(np.clip(mean, 0, 1) * (_GREYS - 1)) * (255 / (_GREYS - 1))
    return _enlarged(np.rint(levels).astype(np.uint8), pixels)


def _enlarged(
    images: UInt8[ndarray, "frames *image"], pixels: int
) -> UInt8[ndarray, "frames *enlarged"]:
    scale = -(-pixels // min(images.shape[1:3]))
    return images.repeat(scale, axis=1).repeat(scale, axis=2)


def gif_of_colours(
    frames: UInt8[ndarray, "frames h w 3"],
    colours: Sequence[tuple[float, float, float]],
    *,
    milliseconds: int,
    pictures: UInt8[ndarray, "*many across 3"] | None = None,
) -> bytes:
    """The bytes of a GIF of drawn frames in some colours, their tints and greys; else as `gif`.

    One palette for all frames, so that what does not change costs nothing. The rest of it goes to
    the colours of pictures that stand on the frames or, of more colours than there is room for, to
    those that some of the frames use most.
    """
    greys = np.linspace(0, 1, _GREYS)[:, None].repeat(3, axis=1)
    tints = [1 - tint * (1 - np.array(colours)) for tint in _TINTS]
    fixed = np.rint(255 * np.concatenate([greys, *tints])).astype(np.uint8)
    if len(fixed) > 256:
        fixed, pictures = fixed[:_GREYS], frames[:: -(-len(frames) // _LOOKED_AT)]
    return _moving(frames, _palette_of(pictures, fixed), milliseconds)


def _palette_of(
    pictures: UInt8[ndarray, "*many across 3"] | None, fixed: UInt8[ndarray, "colours 3"]
) -> Image.Image:
    """Some colours and, up to 256, those that stand for all of some pictures."""
    colours = fixed.tobytes()
    if pictures is not None:
        whole = Image.fromarray(pictures.reshape(-1, *pictures.shape[-2:]))
        room = 256 - len(fixed)
        colours += bytes((whole.quantize(room).getpalette() or [])[: 3 * room])
    palette = Image.new("P", (1, 1))
    palette.putpalette(colours)
    return palette


def _moving(
    frames: UInt8[ndarray, "frames h w 3"], palette: Image.Image, milliseconds: int
) -> bytes:
    """The bytes of an endless GIF in the colours of a palette."""
    pictures = [
        Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
        for frame in frames
    ]
    buffer = io.BytesIO()
    first, *others = pictures
    first.save(
        buffer,
        "gif",
        save_all=True,
        append_images=others,
        duration=milliseconds,
        loop=0,
        optimize=True,
    )
    return buffer.getvalue()


class SpriteSheet(NamedTuple):
    """A GIF's frames side by side in one picture, row after row, for players that can pause."""

    png: bytes
    frames: int
    columns: int
    width: int
    """Of one frame, in pixels, as `height`."""
    height: int
    milliseconds: int
    """That each frame is shown for."""


def sprite_sheet(path: Path) -> SpriteSheet:
    """A GIF as a sprite sheet whose frames are shown equally long; it keeps 256 colours.

    Raises:
        InputError: it is damaged, or does not move.
    """
    try:
        with Image.open(path) as moving:
            timed = [
                (f.convert("RGB"), int(f.info["duration"])) for f in ImageSequence.Iterator(moving)
            ]
        if not all(duration for _, duration in timed):
            raise ValueError("a frame is shown for no time")
    except Exception as error:  # Pillow raises many kinds
        raise InputError(f"{path} is no whole animation: {error}; draw it again") from None
    # writers of GIFs merge equal frames into one that is shown for longer
    milliseconds = math.gcd(*(duration for _, duration in timed))
    pictures = [picture for picture, time in timed for _ in range(time // milliseconds)]
    columns = math.ceil(math.sqrt(len(pictures)))
    width, height = pictures[0].size
    sheet = Image.new("RGB", (columns * width, -(-len(pictures) // columns) * height))
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % columns * width, i // columns * height))
    buffer = io.BytesIO()
    sheet.quantize(256, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return SpriteSheet(buffer.getvalue(), len(pictures), columns, width, height, milliseconds)
