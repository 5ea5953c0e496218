"""A data set by name: images, labels and class names, from verified archives.

An archive is looked for in the mirror of the environment's DATASET_MIRROR (a folder or an address
that holds `<name>/<archive>`), then in torchvision's own mirrors, one after the other, and is used
only if its MD5 is the one that torchvision lists. torchvision's readers then read it.
"""

import gzip
import hashlib
import shutil
import struct
import tempfile
import time
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Int64, UInt8
from numpy import ndarray

from vae.errors import InputError

Progress = Callable[[str, int, int | None], None]
"""Told the archive's name, the bytes that came now, and the total if known."""

_CHUNK = 1 << 16
_SLOWEST = 1024  # bytes a second; a mirror that sends less counts as hanging

_TORCHVISION = {
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "qmnist": "QMNIST",
    "emnist": "EMNIST",
}
_IDX = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
_IDX_TYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


class Unavailable(InputError):
    """No mirror has an archive; the message names each one tried and what it answered."""


@dataclass(frozen=True)
class Dataset:
    """Images (uint8, N×H×W or N×H×W×C) with integer labels, in a training and a test part."""

    name: str
    class_names: tuple[str, ...]
    x_train: UInt8[ndarray, "train *image"]
    y_train: Int64[ndarray, " train"]
    x_test: UInt8[ndarray, "test *image"]
    y_test: Int64[ndarray, " test"]

    def __post_init__(self) -> None:
        for part in ("train", "test"):
            x, y = getattr(self, f"x_{part}"), getattr(self, f"y_{part}")
            if len(x) == 0 or len(x) != len(y):
                raise InputError(
                    f"{self.name}: {len(x)} {part} images and {len(y)} {part} labels; "
                    "there must be as many labels as images, and at least one"
                )
            if y.min() < 0 or y.max() >= len(self.class_names):
                raise InputError(
                    f"{self.name}: {part} labels run from {y.min()} to {y.max()}, but there are "
                    f"{len(self.class_names)} class names; labels must be 0 to "
                    f"{len(self.class_names) - 1}"
                )
        if self.x_train.shape[1:] != self.x_test.shape[1:] or self.x_train.ndim not in (3, 4):
            raise InputError(
                f"{self.name}: training images are {_shape(self.x_train)} and test images "
                f"{_shape(self.x_test)}; both must be the same H×W or H×W×C"
            )

    @property
    def image_shape(self) -> tuple[int, ...]:
        """H×W or H×W×C."""
        return self.x_test.shape[1:]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    def save(self, path: Path) -> None:
        """Write everything into one .npz; the same data gives the same bytes."""
        with path.open("wb") as file:
            np.savez(file, **self.__dict__)

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read what `save` wrote.

        Raises:
            InputError: the file is truncated or of another kind.
        """
        try:
            with path.open("rb") as raw, np.load(raw) as file:
                arrays = dict(file)
        except (ValueError, EOFError, zipfile.BadZipFile) as error:
            raise InputError(f"{path} is not a whole data set: {error}; make it again") from None
        names = tuple(map(str, arrays.pop("class_names")))
        return cls(name=str(arrays.pop("name")), class_names=names, **arrays)


@dataclass(frozen=True)
class Archive:
    """A file that torchvision lists: its name, its checksum, the places that offer it."""

    name: str
    md5: str
    urls: tuple[str, ...]


def archives(name: str) -> list[Archive]:
    """The archives of a data set; none for `digits` and `folder`."""
    if name in ("digits", "folder"):
        return []
    kind = _torchvision_class(name)
    if name == "qmnist":
        urls = kind.resources["train"] + kind.resources["test"]
        return [Archive(url.rsplit("/", 1)[1], md5, (url,)) for url, md5 in urls]
    if name.startswith("emnist-"):
        return [Archive(kind.url.rsplit("/", 1)[1], kind.md5, (kind.url,))]
    return [
        Archive(file, md5, tuple(mirror + file for mirror in kind.mirrors))
        for file, md5 in kind.resources
    ]


def fetch(
    name: str,
    store: Path,
    *,
    mirror: str | None = None,
    timeout: float = 20.0,
    progress: Progress = lambda name, new, total: None,
) -> None:
    """Bring every archive of a data set into the folder `store`, verified.

    What lies there already, whole, is not fetched again.

    Args:
        name: as in params.yaml.
        store: the folder for archives.
        mirror: a folder or an http(s) address to try first.
        timeout: seconds of silence after which a mirror counts as hanging.
        progress: called as bytes come.

    Raises:
        Unavailable: if for some archive no mirror gave the bytes its checksum asks for.
    """
    store.mkdir(parents=True, exist_ok=True)
    for archive in archives(name):
        target = store / archive.name
        if target.is_file() and _md5(target) == archive.md5:
            continue
        partial = target.with_name(f".{archive.name}.partial")
        own = [f"{mirror.rstrip('/')}/{name}/{archive.name}"] if mirror else []
        refusals = []
        try:
            for source in [*own, *archive.urls]:
                try:
                    _copy(source, partial, archive, timeout, progress)
                except _Refused as refusal:
                    refusals.append(f"  {source}: {refusal}")
                else:
                    partial.replace(target)
                    break
            else:
                raise Unavailable(
                    f"{archive.name} of {name} is to be had from no mirror:\n"
                    + "\n".join(refusals)
                    + f"\nLet DATASET_MIRROR name a folder or address that holds {name}/"
                    f"{archive.name}, or choose dataset.name: digits, which needs no download."
                )
        finally:
            partial.unlink(missing_ok=True)


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
    if name == "folder":
        return _folder(folder)
    kind = _torchvision_class(name)
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
    return Dataset(name, tuple(class_names), x["train"], y["train"], x["test"], y["test"])


def _digits() -> Dataset:
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    images, labels = load_digits(return_X_y=True)
    x = np.rint(images.reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    x_train, x_test, y_train, y_test = train_test_split(
        x, labels.astype(np.int64), test_size=0.2, stratify=labels, random_state=0
    )
    return Dataset("digits", tuple("0123456789"), x_train, y_train, x_test, y_test)


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
        class_names = tuple(map(str, range(classes_seen)))
    try:
        return Dataset("folder", class_names, **arrays)
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
    content = path.read_bytes()
    try:
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        zeros, kind, axes = struct.unpack_from(">HBB", content)
        if zeros != 0 or kind not in _IDX_TYPES or axes == 0:
            raise ValueError("its first bytes are no IDX header")
        shape = struct.unpack_from(f">{axes}I", content, 4)
        array = np.frombuffer(content, _IDX_TYPES[kind], offset=4 + 4 * axes).reshape(shape)
        array = array.astype(array.dtype.newbyteorder("="))
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise InputError(
            f"{path} is not a whole IDX file: {error}; see {folder / 'README.md'}"
        ) from None
    if "images" in name and array.dtype != np.uint8:
        raise InputError(f"{path} holds {array.dtype}; images must be unsigned bytes")
    return array


def _torchvision_class(name: str) -> Any:
    import torchvision.datasets  # takes seconds, so only where it is needed

    kind = "emnist" if name.startswith("emnist-") else name
    if kind not in _TORCHVISION:
        known = ", ".join([*_TORCHVISION, "digits", "folder"])
        raise InputError(f"there is no data set {name!r}; there are {known} (emnist-<split>)")
    return getattr(torchvision.datasets, _TORCHVISION[kind])


class _Refused(Exception):
    """A mirror did not give the archive."""


def _copy(source: str, target: Path, archive: Archive, timeout: float, progress: Progress) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    size, head = 0, b""
    with target.open("wb") as file:
        for chunk, total in _chunks(source, timeout):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            head = head or chunk[:200].lower()
            progress(archive.name, len(chunk), total)
    if digest.hexdigest() != archive.md5:
        page = " of a web page" if b"<html" in head or b"<!doctype" in head else ""
        raise _Refused(
            f"gave {size} bytes{page} with MD5 {digest.hexdigest()}; it must be {archive.md5}"
        )


def _chunks(source: str, timeout: float) -> Iterator[tuple[bytes, int | None]]:
    """The bytes of a file or address as they come, each with the total if that is known."""
    size, start = 0, time.monotonic()
    try:
        with _open(source, timeout) as response:
            total = getattr(response, "length", None)
            while chunk := response.read1(_CHUNK):
                yield chunk, total
                size += len(chunk)
                elapsed = time.monotonic() - start
                if elapsed > timeout:
                    if size < _SLOWEST * elapsed:
                        raise _Refused(f"hangs: {size} bytes in {elapsed:.0f} s")
                    size, start = 0, time.monotonic()
    except TimeoutError:
        raise _Refused(f"hangs: silent for {timeout:.0f} s") from None
    except (OSError, HTTPException, ValueError) as error:
        raise _Refused(str(error) or type(error).__name__) from None


def _open(source: str, timeout: float) -> Any:
    if source.startswith(("http://", "https://")):
        request = urllib.request.Request(source, headers={"User-Agent": "latent-atlas"})
        return urllib.request.urlopen(request, timeout=timeout)
    return Path(source).open("rb")


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def _shape(images: ndarray) -> str:
    return "×".join(map(str, images.shape[1:]))
