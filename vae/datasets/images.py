"""Pictures in files as arrays: PNG, JPEG, WebP, BMP and TIFF, read by Pillow.

A picture is turned as its EXIF orientation says and laid on white where it is transparent. To come
to a size it is cropped about its centre to that size's shape, then resampled by a Lanczos filter as
wide as the step from pixel to pixel, so that fine patterns are averaged and not aliased. Of several
frames the first counts. No other of Pillow's decoders runs, whatever a file is called, and Pillow's
limit of pixels holds.
"""

import os
import stat
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray
from PIL import Image, ImageOps, UnidentifiedImageError

Found = TypeVar("Found")
Track = Callable[[Sequence[Any]], Iterable[Any]]

SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"}
_FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")
_ORIENTATION, _LYING = 0x0112, range(5, 9)  # EXIF's tag, and its values that swap the sides
_WIDE = ("I", "F")  # modes whose numbers have no known white
_AT_ONCE = 256  # pictures: bounds what is in memory
_MOST_THREADS = 16
_SPARE = 4  # a JPEG is decoded at a fraction of its size that is still so many times what is wanted


class Unreadable(Exception):
    """A file is no picture that can be used; the message says why."""


class Head(NamedTuple):
    """What a picture is, as seen: after its orientation."""

    height: int
    width: int
    channels: int
    """1 or 3."""


def head(path: Path) -> Head:
    """What a picture is, from its first bytes alone.

    Raises:
        Unreadable: see the class.
    """
    with _Opened(path) as image:
        sides = image.size if image.getexif().get(_ORIENTATION) in _LYING else image.size[::-1]
        grey = image.mode in ("1", "L", "LA", "La") or image.mode.startswith("I;16")
        return Head(*sides, 1 if grey else 3)


def pixels(
    path: Path, size: tuple[int, int], channels: int
) -> UInt8[ndarray, "height width *channels"]:
    """A picture as H×W grey levels (channels: 1) or H×W×3 colours.

    Args:
        path: of the file.
        size: height and width to come to.
        channels: 1 or 3.

    Raises:
        Unreadable: see the class.
    """
    with _Opened(path) as image:
        image.draft(None, (_SPARE * max(size), _SPARE * max(size)))
        upright = _flat(ImageOps.exif_transpose(image), "L" if channels == 1 else "RGB")
        height, width = size
        return np.asarray(ImageOps.fit(upright, (width, height), Image.Resampling.LANCZOS))


def of_each(
    files: Sequence[Path], read: Callable[[Path], Found], track: Track = iter
) -> Iterator[Found | Unreadable]:
    """What is read of each file, or why it cannot be, in their order, by several threads.

    Pillow decodes without the interpreter's lock.

    Args:
        files: to be read.
        read: `head` or `pixels`.
        track: wraps the iteration over batches of files, to show progress.
    """

    def tried(path: Path) -> Found | Unreadable:
        try:
            return read(path)
        except Unreadable as reason:
            return reason

    batches = [files[start : start + _AT_ONCE] for start in range(0, len(files), _AT_ONCE)]
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in a file and does no harm
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        for batch in track(batches):
            yield from pool.map(tried, batch)


class _Opened:
    """A picture's file, open; whatever goes wrong with it in the context is raised as Unreadable.

    Decoders raise all kinds of exceptions at damaged bytes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Image.Image:
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):  # a pipe would never end
                raise Unreadable("is no file")
            if status.st_size == 0:
                raise Unreadable("is empty")
            self.image = Image.open(self.path, formats=_FORMATS)
            if self.image.mode in _WIDE:
                self.image.close()
                raise Unreadable("has levels of 32 bits; save it with 8 or 16")
        except Exception as error:
            raise _reason(error) from None
        return self.image

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: object) -> None:
        self.image.close()
        if isinstance(error, Exception):
            raise _reason(error) from None


def _reason(error: Exception) -> Unreadable:
    """Why a file cannot be used."""
    if isinstance(error, Unreadable):
        return error
    if isinstance(error, UnidentifiedImageError):
        return Unreadable("is no PNG, JPEG, WebP, BMP or TIFF")
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return Unreadable(f"has more pixels than Pillow's limit, {Image.MAX_IMAGE_PIXELS:,}")
    if isinstance(error, OSError) and error.strerror:
        return Unreadable(f"cannot be read: {error.strerror}")
    return Unreadable(f"is damaged: {error or type(error).__name__}")


def _flat(image: Image.Image, mode: str) -> Image.Image:
    """A picture in a mode of 8 bits without transparency, on white."""
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        image = white
    return image.convert(mode)
