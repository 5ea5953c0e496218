"""A data set by name: training and test images, labels, class names.

torchvision reads what `archives.fetch` brought; scikit-learn brings `digits`; `shapes` are drawn;
the user's own pictures or IDX files are `folder`.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vae.datasets import idx, image_folder, shapes, torchvision_sets
from vae.datasets.image_folder import ANY, Options
from vae.datasets.images import Track
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError

_FEWEST = 3
"""Images of each part: one is held out of a training; neighbours are of one point of several."""


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


def read(
    name: str,
    store: Path,
    folder: Path,
    options: Options = ANY,
    track: Track = iter,
) -> Dataset:
    """A data set from its fetched archives, from scikit-learn, or from the user's own files.

    Args:
        name: as in params.yaml.
        store: where `fetch` put the archives.
        folder: of the user's pictures or four IDX files, for `folder`.
        options: of those pictures.
        track: wraps the iteration over batches of pictures, to show progress.

    Raises:
        InputError: files are missing, unreadable or disagree.
    """
    if name == "digits":
        return _digits()
    if name == "shapes":
        return _shapes()
    if name == "folder":
        return _folder(folder, store, options, track)
    return checked(Dataset(*torchvision_sets.read(name, store)))


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


def _folder(folder: Path, store: Path, options: Options, track: Track) -> Dataset:
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; see data/folder/README.md")
    if idx.lies_in(folder):
        found = idx.read(folder, store)
    else:
        found = image_folder.read(folder, options, store, track)
    try:
        return checked(Dataset(*found))
    except InputError as error:
        what = str(error).removeprefix("folder: ")
        raise InputError(f"{folder}: {what}; see its README.md") from None
