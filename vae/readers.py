"""A data set by name: training and test images, labels, class names, from whole archives.

torchvision's readers read what `vae.archives.fetch` brought; scikit-learn brings `digits`;
`vae.shapes` draws `shapes`; the user's own four IDX files are `folder`.
"""

import gzip
import io
import math
import shutil
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from vae import shapes
from vae.archives import archives, torchvision_class
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError

_FEWEST = 3
"""Images of each part: one is held out of a training; neighbours are of one point of several."""
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


class Dataset(NamedTuple):
    """Training and test images with their classes; see `checked` for what holds of them."""

    train: LabelledImages
    test: LabelledImages
    classes: Classes


def checked(dataset: Dataset) -> Dataset:
    """The data set, if it is one: as many labels as images, of its classes, images of one shape.

    Raises:
        InputError: saying what does not fit.
    """
    name, count = dataset.classes.dataset, len(dataset.classes.names)
    for part, (x, y) in (("train", dataset.train), ("test", dataset.test)):
        if len(x) < _FEWEST or len(x) != len(y):
            raise InputError(
                f"{name}: {len(x)} {part} images and {len(y)} {part} labels; "
                f"there must be as many labels as images, and at least {_FEWEST}"
            )
        if y.min() < 0 or y.max() >= count:
            raise InputError(
                f"{name}: {part} labels run from {y.min()} to {y.max()}, but there are "
                f"{count} class names; labels must be 0 to {count - 1}"
            )
    shapes = dataset.train.image_shape, dataset.test.image_shape
    sides, channels = shapes[0][:2], shapes[0][2:]
    right = len(sides) == 2 and min(sides) > 0 and channels in ((), (3,))
    if shapes[0] != shapes[1] or not right:
        train, test = ("×".join(map(str, shape)) for shape in shapes)
        raise InputError(
            f"{name}: training images are {train} and test images {test}; "
            "both must be the same H×W or H×W×3"
        )
    return dataset


def read(name: str, store: Path, folder: Path) -> Dataset:
    """A data set from its fetched archives, from scikit-learn, or from the user's own IDX files.

    Args:
        name: as in params.yaml.
        store: where `fetch` put the archives.
        folder: of the user's four IDX files, for `folder`.

    Raises:
        InputError: files are missing, unreadable or disagree.
    """
    if name == "digits":
        return _digits()
    if name == "shapes":
        return _shapes()
    if name == "folder":
        return _folder(folder)
    kind = torchvision_class(name)
    options: dict[str, Any] = {}
    if name == "qmnist":
        options = {"compat": True}
    if name.startswith("emnist-"):
        options = {"split": name.removeprefix("emnist-")}
    with tempfile.TemporaryDirectory() as root:
        raw = Path(root, kind.__name__, "raw")
        raw.mkdir(parents=True)
        for archive in archives(name):
            shutil.copyfile(store / archive.name, raw / archive.name)
        # torchvision finds its archives there, whole, and only unpacks them
        train, test = (kind(root, train=part, download=True, **options) for part in (True, False))
    class_names = [str(label).split(" - ")[0] for label in train.classes]
    offset = 0
    if name == "emnist-letters":  # its labels begin with 1, and its first class is "N/A"
        class_names, offset = class_names[1:], 1
    x = {part: data.data.numpy() for part, data in (("train", train), ("test", test))}
    if name.startswith("emnist-"):  # EMNIST's images lie transposed in its files
        x = {part: images.swapaxes(1, 2) for part, images in x.items()}
    y = {
        part: data.targets.reshape(len(data), -1)[:, 0].numpy().astype(np.int64) - offset
        for part, data in (("train", train), ("test", test))
    }
    train_part, test_part = (LabelledImages(x[part], y[part]) for part in ("train", "test"))
    return checked(Dataset(train_part, test_part, Classes(name, tuple(class_names))))


def _digits() -> Dataset:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    x = np.rint(images.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    x_train, x_test, y_train, y_test = train_test_split(
        x, labels.astype(np.int64), test_size=0.2, stratify=labels, random_state=0
    )
    train, test = LabelledImages(x_train, y_train), LabelledImages(x_test, y_test)
    return Dataset(train, test, Classes("digits", tuple("0123456789")))


def _shapes() -> Dataset:
    parts = [shapes.factors(part) for part in ("train", "test")]
    train, test = (LabelledImages(shapes.draw(made_of), made_of.shape) for made_of in parts)
    return Dataset(train, test, Classes("shapes", tuple(shapes.SHAPES)))


def _folder(folder: Path) -> Dataset:
    arrays = {key: _read_idx(folder, name) for key, name in _IDX.items()}
    for key in ("y_train", "y_test"):
        if arrays[key].ndim != 1 or arrays[key].dtype.kind == "f":
            raise InputError(f"{folder / _IDX[key]}: labels must be a list of whole numbers")
        arrays[key] = arrays[key].astype(np.int64)
    names = folder / "classes.txt"
    if names.is_file():
        try:
            classes = names.read_text(encoding="utf-8-sig").split("\n")
        except UnicodeDecodeError as error:
            raise InputError(f"{names} is not UTF-8 text: {error}") from None
        class_names = tuple(line.strip() for line in classes if line.strip())
    else:
        classes_seen = 1 + max(int(arrays[key].max(initial=0)) for key in ("y_train", "y_test"))
        if classes_seen > _MOST_CLASSES:
            raise InputError(
                f"{folder}: labels run to {classes_seen - 1}; number the classes from 0, to "
                f"{_MOST_CLASSES - 1} at most, or name them in classes.txt; see its README.md"
            )
        class_names = tuple(map(str, range(classes_seen)))
    try:
        return checked(
            Dataset(
                LabelledImages(arrays["x_train"], arrays["y_train"]),
                LabelledImages(arrays["x_test"], arrays["y_test"]),
                Classes("folder", class_names),
            )
        )
    except InputError as error:
        what = str(error).removeprefix("folder: ")
        raise InputError(f"{folder}: {what}; see its README.md") from None


def _read_idx(folder: Path, name: str) -> ndarray:
    """An IDX file: 0, 0, type, number of axes; the lengths of the axes; numbers, all big-endian.

    torchvision's reader knows no more than three axes, so no colour.
    """
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
            content = _exactly(file, math.prod(shape) * dtype.itemsize)
        array = np.frombuffer(content, dtype).reshape(shape).astype(dtype.newbyteorder("="))
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise InputError(
            f"{path} is not a whole IDX file: {error}; see {folder / 'README.md'}"
        ) from None
    if "images" in name and array.dtype != np.uint8:
        raise InputError(f"{path} holds {array.dtype}; images must be unsigned bytes")
    return array


def _exactly(file: io.BufferedIOBase, size: int) -> bytearray:
    """The rest of a file, if it has that size; never much more of it is held in memory.

    Raises:
        ValueError: it has another size.
    """
    content = bytearray()
    while chunk := file.read(_CHUNK):
        content += chunk
        if len(content) > size:
            raise ValueError(f"its header promises {size} bytes, and more follow")
    if len(content) < size:
        raise ValueError(f"its header promises {size} bytes, and {len(content)} follow")
    return content
