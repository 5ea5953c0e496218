"""PNG files that carry their own title and caption.

Nothing here imports matplotlib: pages read the texts of figures without it.
"""

import io
from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from vae.files.errors import InputError


@runtime_checkable
class Savable(Protocol):
    """What is asked of a matplotlib figure here."""

    def savefig(self, fname: Any, /, *, format: str) -> None:
        """Render it to a file."""

    def get_label(self) -> object:
        """Its title."""


class PngText(NamedTuple):
    """The texts of a figure's file."""

    title: str
    caption: str


_NEAREST_COLOURS: dict[str, Any] = {
    "method": Image.Quantize.MAXCOVERAGE,
    "kmeans": 2,
    "dither": Image.Dither.NONE,
}


def save(figure: Savable, path: Path | io.BytesIO, caption: str) -> None:
    """Write a PNG that carries its title and caption; the same figure gives the same bytes.

    A figure of greys alone keeps every grey; one with colours is stored with its 256 nearest, at
    a third of the size.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    picture = Image.open(buffer).convert("RGB")
    red, green, blue = (channel.tobytes() for channel in picture.split())
    grey = red == green == blue
    stored = picture.convert("L") if grey else picture.quantize(**_NEAREST_COLOURS)
    text = PngInfo()
    text.add_itxt("Title", str(figure.get_label()))
    text.add_itxt("Description", caption)
    stored.save(path, "png", optimize=True, pnginfo=text)


def read_text(path: Path) -> PngText:
    """The title and the caption that a PNG carries.

    Raises:
        InputError: it is damaged, or none of `save`'s.
    """
    try:
        with Image.open(path) as image:
            image.verify()  # the checksums of all its parts
            return PngText(str(image.info["Title"]), str(image.info["Description"]))
    except Exception as error:  # Pillow raises many kinds
        reason = f"it carries no {error}" if isinstance(error, KeyError) else error
        raise InputError(f"{path} is no whole figure: {reason}; draw it again") from None
