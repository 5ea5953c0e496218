"""The archives of a data set, brought here and verified.

An archive is looked for in the mirror of the environment's DATASET_MIRROR (a folder or an address
that holds `<name>/<archive>`), then in torchvision's own mirrors, one after the other, and is used
only if its MD5 is the one that torchvision lists. `vae.readers` reads what was brought.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae.files.errors import InputError
from vae.mirrors import Refused, chunks

Progress = Callable[[str, int, int | None], None]
"""Told the archive's name, the bytes that came now, and the total if known."""

_TORCHVISION = {
    "mnist": "MNIST",
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "qmnist": "QMNIST",
    "emnist": "EMNIST",
}


class Unavailable(InputError):
    """No mirror has an archive; the message names each one tried and what it answered."""


@dataclass(frozen=True)
class Archive:
    """A file that torchvision lists: its name, its checksum, the places that offer it."""

    name: str
    md5: str
    urls: tuple[str, ...]


def archives(name: str) -> list[Archive]:
    """The archives of a data set; none for `digits`, `shapes` and `folder`."""
    if name in ("digits", "shapes", "folder"):
        return []
    kind = torchvision_class(name)
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
        timeout: seconds after which a silent mirror counts as hanging; see `vae.mirrors`.
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
                    _copy_patiently(source, partial, archive, timeout, progress)
                except Refused as refusal:
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


def torchvision_class(name: str) -> Any:
    """The class of torchvision that reads a data set.

    Raises:
        InputError: there is none of that name.
    """
    import torchvision.datasets  # takes seconds, so only where it is needed

    kind = "emnist" if name.startswith("emnist-") else name
    if kind not in _TORCHVISION:
        known = ", ".join([*_TORCHVISION, "digits", "shapes", "folder"])
        raise InputError(f"there is no data set {name!r}; there are {known} (emnist-<split>)")
    return getattr(torchvision.datasets, _TORCHVISION[kind])


def _copy_patiently(
    source: str, target: Path, archive: Archive, timeout: float, progress: Progress
) -> None:
    """Copy, and once more if the first failure may pass."""
    try:
        _copy(source, target, archive, timeout, progress)
    except Refused as refusal:
        if not refusal.again:
            raise
        _copy(source, target, archive, timeout, progress)


def _copy(source: str, target: Path, archive: Archive, timeout: float, progress: Progress) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    size, head = 0, b""
    with target.open("wb") as file:
        for chunk, total in chunks(source, timeout):
            file.write(chunk)
            digest.update(chunk)
            size += len(chunk)
            head = head or chunk[:200].lower()
            progress(archive.name, len(chunk), total)
    if digest.hexdigest() != archive.md5:
        page = " of a web page" if b"<html" in head or b"<!doctype" in head else ""
        raise Refused(
            f"gave {size} bytes{page} with MD5 {digest.hexdigest()}; it must be {archive.md5}"
        )


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()
