"""Four IDX files of one's own as a data set: images and labels to train on and to test.

An IDX file: 0, 0, type, number of axes; the lengths of the axes; numbers, all big-endian.
torchvision's reader knows no more than three axes, so no colour.
"""

import gzip
import io
import math
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy import ndarray

from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.files.scratch import on_disk

_MOST_CLASSES = 1000
"""That are called by their number, so that no stray label makes a list of two billion names."""
_CHUNK = 1 << 20
_IDX = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
_IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def lies_in(folder: Path) -> bool:
    """Whether a folder holds one of the four files, whole or not."""
    names = {path.name.removesuffix(".gz") for path in folder.iterdir()}
    return not names.isdisjoint(_IDX.values())


def read(folder: Path, store: Path) -> tuple[LabelledImages, LabelledImages, Classes]:
    """Training images, test images and classes, of which the names may stand in classes.txt.

    Args:
        folder: of the files.
        store: a folder on whose disk there is room for the images, which may be more than memory.

    Raises:
        InputError: files are missing, unreadable, or hold what they must not.
    """
    arrays = {key: _array(folder, name, store) for key, name in _IDX.items()}
    for key in ("y_train", "y_test"):
        if arrays[key].ndim != 1 or arrays[key].dtype.kind == "f":
            raise InputError(f"{folder / _IDX[key]}: labels must be a list of whole numbers")
        arrays[key] = arrays[key].astype(np.int64)
    train, test = (LabelledImages(arrays[f"x_{p}"], arrays[f"y_{p}"]) for p in ("train", "test"))
    names = folder / "classes.txt"
    if names.is_file():
        try:
            classes = names.read_text(encoding="utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            raise InputError(f"{names} is not UTF-8 text: {error}") from None
        return train, test, Classes("folder", tuple(filter(None, map(str.strip, classes))))
    classes_seen = 1 + max(int(part.y.max(initial=0)) for part in (train, test))
    if classes_seen > _MOST_CLASSES:
        raise InputError(
            f"{folder}: labels run to {classes_seen - 1}; number the classes from 0, to "
            f"{_MOST_CLASSES - 1} at most, or name them in classes.txt; see its README.md"
        )
    return train, test, Classes("folder", tuple(map(str, range(classes_seen))))


def _array(folder: Path, name: str, store: Path) -> ndarray:
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
    if path is None:
        raise InputError(f"{folder} holds neither {name} nor {name}.gz; see its README.md")
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            zeros, kind, axes = struct.unpack(">HBB", file.read(4))
            if zeros != 0 or kind not in _IDX_TYPES or axes == 0:
                raise ValueError("its first bytes are no IDX header")
            shape = struct.unpack(f">{axes}I", file.read(4 * axes))
            dtype = np.dtype(_IDX_TYPES[kind])
            size = math.prod(shape) * dtype.itemsize
            content = on_disk(_exactly(file, size), (size,), store)
        array = content.view(dtype).reshape(shape)
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise InputError(
            f"{path} is not a whole IDX file: {error}; see {folder / 'README.md'}"
        ) from None
    if "images" in name and array.dtype != np.uint8:
        raise InputError(f"{path} holds {array.dtype.name}; images must be unsigned bytes")
    return array


def _exactly(file: io.BufferedIOBase, size: int) -> Iterator[bytes]:
    """The rest of a file, piece by piece, if it has that size.

    Raises:
        ValueError: it has another size.
    """
    seen = 0
    while chunk := file.read(_CHUNK):
        seen += len(chunk)
        if seen > size:
            raise ValueError(f"its header promises {size} bytes, and more follow")
        yield chunk
    if seen < size:
        raise ValueError(f"its header promises {size} bytes, and {seen} follow")
