"""Data sets that torchvision reads: its classes unpack what `archives.fetch` brought, verified.

The batches of CIFAR are pickles, which could run code. They are those that torchvision lists: it
compares the MD5 of the archive before it unpacks it, and of each batch before it loads it.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from vae.datasets.archives import archives, torchvision_class
from vae.files.dataset import Classes, LabelledImages

_COLOURED = ("cifar10", "cifar100", "svhn")


def read(name: str, store: Path) -> tuple[LabelledImages, LabelledImages, Classes]:
    """Training images, test images and classes of a data set whose archives lie in `store`."""
    kind = torchvision_class(name)
    more: dict[str, Any] = {}
    if name == "qmnist":
        more = {"compat": True}
    if name.startswith("emnist-"):
        more = {"split": name.removeprefix("emnist-")}
    parts: list[dict[str, Any]] = [{"train": True}, {"train": False}]
    if name == "svhn":
        parts = [{"split": "train"}, {"split": "test"}]
    with tempfile.TemporaryDirectory() as root:
        raw = Path(root) if name in _COLOURED else Path(root, kind.__name__, "raw")
        raw.mkdir(parents=True, exist_ok=True)
        for archive in archives(name):
            shutil.copyfile(store / archive.name, raw / archive.name)
        # torchvision finds its archives there, whole, and only unpacks them
        train, test = (kind(root, **part, **more, download=True) for part in parts)
    names = map(str, range(10)) if name == "svhn" else map(str, train.classes)
    class_names = tuple(label.split(" - ")[0] for label in names)
    if name == "emnist-letters":  # its labels begin with 1, and its first class is "N/A"
        class_names = class_names[1:]
    return _images(name, train), _images(name, test), Classes(name, class_names)


def _images(name: str, data: Any) -> LabelledImages:
    x = np.asarray(data.data)
    y = np.asarray(data.labels if name == "svhn" else data.targets)
    y = y.reshape(len(x), -1)[:, 0].astype(np.int64)
    if name.startswith("emnist-"):  # EMNIST's images lie transposed in its files
        x = x.swapaxes(1, 2)
    if name == "svhn":  # colour before rows and columns
        x = np.moveaxis(x, 1, -1)
    return LabelledImages(np.ascontiguousarray(x), y - 1 if name == "emnist-letters" else y)
