"""Pictures in folders as a data set: a folder for each class, as torchvision's ImageFolder has it.

    <class>/<picture>                 and a part of each class is drawn for the test set, by a seed
    {train,test}/<class>/<picture>    as they lie
    <picture>                         one class, wherever the others would have folders

Names that begin with a dot, `__MACOSX`, `Thumbs.db` and `desktop.ini` are ignored. All that is
wrong is told at once.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray

from vae.datasets.images import SUFFIXES, Head, Track, Unreadable, head, of_each, pixels
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.files.scratch import on_disk

_IGNORED = {"__MACOSX", "Thumbs.db", "desktop.ini"}
_PARTS = ("train", "test")
_ONE_CLASS = "images"
_MOST_TOLD = 20


class Options(NamedTuple):
    """How pictures become a data set."""

    size: Sequence[int] | None = None
    """Height and width of all; None: as they are, if they agree."""
    channels: int | None = None
    """1 or 3; None: 3 if any picture has colours, else 1."""
    test_share: float = 0.2
    """Of each class, where there is no folder of test images."""
    split_seed: int = 0


ANY = Options()


class _Picture(NamedTuple):
    path: Path
    name: str
    """Of its class."""


class _Problems(list[str]):
    """What is wrong, one line each."""

    def of(self, path: Path, reason: object) -> None:
        name = str(path)
        self.append(f"{name if name.isprintable() else ascii(name)} {reason}")

    def stop(self, folder: Path) -> None:
        """Raise InputError if there is any."""
        if self:
            more = [f"and {len(self) - _MOST_TOLD} more"] if len(self) > _MOST_TOLD else []
            count = f"{folder}: {len(self)} mistake(s) in its pictures; see its README.md:"
            raise InputError("\n  ".join([count, *self[:_MOST_TOLD], *more]))


def read(
    folder: Path, options: Options, store: Path, track: Track = iter
) -> tuple[LabelledImages, LabelledImages, Classes]:
    """Training images, test images and classes, the images in an order drawn by the seed.

    Args:
        folder: of the pictures.
        options: see the class.
        store: a folder on whose disk there is room for the pixels, which may be more than memory.
        track: wraps the iteration over batches of files, to show progress.

    Raises:
        InputError: there is no picture, or some cannot be used; each is named, with the reason.
    """
    problems = _Problems()
    listed = _listed(folder, problems)
    if not any(listed):
        problems.of(folder, "holds no pictures")
        problems.stop(folder)
    labels = {name: label for label, name in enumerate(_names(listed))}
    heads = _heads([picture.path for part in listed for picture in part], problems, track)
    shape = _shape(heads, options, problems)

    def images(part: list[_Picture]) -> LabelledImages:
        paths = [picture.path for picture in part]
        y = np.array([labels[picture.name] for picture in part], np.int64)
        contents = _contents(paths, shape, problems, track)
        return LabelledImages(on_disk(contents, (len(part), *shape), store), y)

    parts = [
        [picture for picture in part if picture.path in heads]
        for part in _drawn(listed, folder, options)
    ]
    train, test = map(images, parts)
    problems.stop(folder)
    return train, test, Classes("folder", tuple(labels))


def _listed(folder: Path, problems: _Problems) -> list[list[_Picture]]:
    """The pictures of each part, of one where the parts are not given."""
    folders = {path.name: path for path in _visible(folder, problems) if path.is_dir()}
    if folders.keys() != set(_PARTS):
        part = _by_class(folder, problems)
        for name, count in Counter(picture.name for picture in part).items():
            if count < 2:
                where = folder / name if folders else folder
                problems.of(where, "has one picture; a class needs two: to train on and to test")
        return [part]
    train, test = (_by_class(folders[name], problems) for name in _PARTS)
    for name in sorted({picture.name for picture in test} - {picture.name for picture in train}):
        problems.of(folders["test"] / name, "has pictures of a class of which train/ has none")
    return [train, test]


def _by_class(folder: Path, problems: _Problems) -> list[_Picture]:
    """Pictures in the folders of their classes; without such folders all are of one class."""
    entries = _visible(folder, problems)
    folders = [path for path in entries if path.is_dir()]
    beside = [path for path in entries if path.suffix.lower() in SUFFIXES and path not in folders]
    if not folders:
        return [_Picture(path, _ONE_CLASS) for path in beside]
    for path in beside:
        problems.of(path, "lies beside the folders of classes, in none of them")
    found = []
    for of_class in folders:
        if not of_class.name.isprintable():
            problems.of(of_class, "has a name that cannot be shown")
        paths = _visible(of_class, problems)
        for path in paths:
            if path.is_dir():
                problems.of(path, "is a folder in that of a class, which is to hold pictures")
            elif path.suffix.lower() not in SUFFIXES:
                problems.of(path, f"is none of {', '.join(sorted(SUFFIXES))}")
            else:
                found.append(_Picture(path, of_class.name))
        if not paths:
            problems.of(of_class, "is empty")
    return found


def _visible(folder: Path, problems: _Problems) -> list[Path]:
    """What lies in a folder and is not ignored, by name."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        problems.of(folder, f"cannot be read: {error.strerror}")
        return []
    return [path for path in entries if path.name[0] != "." and path.name not in _IGNORED]


def _names(listed: list[list[_Picture]]) -> list[str]:
    """Names of the classes, by name or, if they are numbers, by size."""
    names = {picture.name for part in listed for picture in part}
    numbers = all(name.isdecimal() for name in names)
    return sorted(names, key=lambda name: (int(name) if numbers else 0, name))


def _drawn(
    listed: list[list[_Picture]], folder: Path, options: Options
) -> Iterator[list[_Picture]]:
    """Both parts, in an order drawn by the seed, by which an added picture moves few others."""

    def draw(picture: _Picture) -> bytes:
        place = os.fsencode(picture.path.relative_to(folder).as_posix())
        return hashlib.sha256(b"%d/%s" % (options.split_seed, place)).digest()

    ordered = [sorted(part, key=draw) for part in listed]
    if len(ordered) == len(_PARTS):
        yield from ordered
        return
    sizes = Counter(picture.name for picture in ordered[0])
    share = options.test_share
    most = {name: min(max(1, round(share * n)), n - 1) for name, n in sizes.items()}
    number: Counter[str] = Counter()
    parts: dict[bool, list[_Picture]] = {False: [], True: []}
    for picture in ordered[0]:
        parts[number[picture.name] < most[picture.name]].append(picture)
        number[picture.name] += 1
    yield from parts.values()


def _heads(paths: list[Path], problems: _Problems, track: Track) -> dict[Path, Head]:
    """What each picture is, but for those that cannot be used."""
    heads = {}
    for path, found in zip(paths, of_each(paths, head, track), strict=True):
        if isinstance(found, Unreadable):
            problems.of(path, found)
        else:
            heads[path] = found
    return heads


def _shape(heads: dict[Path, Head], options: Options, problems: _Problems) -> tuple[int, ...]:
    """H×W or H×W×3 of all images; pictures of another size are taken out of `heads`."""
    channels = options.channels or max((found.channels for found in heads.values()), default=1)
    size = tuple(options.size or ())
    if not size:
        sizes = Counter(found[:2] for found in heads.values())
        size = sizes.most_common(1)[0][0] if sizes else (1, 1)
        for path, (height, width, _) in list(heads.items()):
            if (height, width) != size:
                problems.of(
                    path,
                    f"is {height}×{width}, others {size[0]}×{size[1]}; give dataset.size, to "
                    "which all are brought",
                )
                del heads[path]
    return (*size, 3) if channels == 3 else size


def _contents(
    paths: list[Path], shape: tuple[int, ...], problems: _Problems, track: Track
) -> Iterator[UInt8[ndarray, "..."]]:
    """The pixels of each picture; nothing but zeros of those that cannot be used."""
    decode = partial(pixels, size=(shape[0], shape[1]), channels=shape[2] if len(shape) == 3 else 1)
    for path, found in zip(paths, of_each(paths, decode, track), strict=True):
        if isinstance(found, Unreadable):
            problems.of(path, found)
            found = np.zeros(shape, np.uint8)
        yield found
