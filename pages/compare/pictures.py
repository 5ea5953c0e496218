"""Pictures of many revisions on a page of a bounded size."""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

ROOM = 12_000_000
"""Bytes of all pictures that differ; a page is a third larger."""
_QUALITY = 80
_BYTES = 0.15
"""Of a pixel, as WebP of that quality, in most figures."""


@dataclass(frozen=True)
class Shown:
    """A picture, or that there is none, and whose it is."""

    names: Sequence[str]
    picture: bytes | None


def distinct(
    figures: Mapping[str, Sequence[bytes | None]], names: Sequence[str], order: Iterable[str]
) -> dict[str, list[Shown]]:
    """Every figure as its different pictures, each with the names of the revisions that share it.

    Args:
        figures: a file of each revision, or none.
        names: of the revisions, as the files are ordered.
        order: of the pictures, by the revisions' names.
    """
    places = [names.index(name) for name in order]
    owners: dict[str, dict[bytes | None, list[str]]] = {name: {} for name in figures}
    for name, files in figures.items():
        for place in places:
            owners[name].setdefault(files[place], []).append(names[place])
    count = sum(len(pictures) for pictures in owners.values())
    return {
        name: [
            Shown(mine, picture and fitted(picture, ROOM // count))
            for picture, mine in pictures.items()
        ]
        for name, pictures in owners.items()
    }


def fitted(picture: bytes, room: int) -> bytes:
    """A picture as it is if it takes no more bytes than `room`, else a smaller one, as WebP."""
    if len(picture) <= room:
        return picture
    with Image.open(io.BytesIO(picture)) as image:
        small = image.convert("RGB")
    pixels, smaller = room / _BYTES, picture
    while len(smaller) > room and pixels >= 1:
        scale = min(1, math.sqrt(pixels / (small.width * small.height)))
        small.thumbnail((max(1, scale * small.width), max(1, scale * small.height)))
        buffer = io.BytesIO()
        small.save(buffer, "webp", quality=_QUALITY)
        smaller, pixels = buffer.getvalue(), pixels / 2
    return smaller
