"""PNG files that carry their own title and caption."""

import io
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from figures.style import styled


class PngText(NamedTuple):
    """What a figure's file says of itself."""

    title: str
    caption: str


_COLOURS: dict[str, Any] = {
    "method": Image.Quantize.MAXCOVERAGE,
    "kmeans": 2,
    "dither": Image.Dither.NONE,
}


@styled
def save(figure: Figure, path: Path | io.BytesIO, caption: str) -> None:
    """Write a PNG that carries its title and caption; the same figure gives the same bytes.

    A figure of greys alone keeps every grey; one with colours is stored with its 256 nearest, at
    a third of the size.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    picture = Image.open(buffer).convert("RGB")
    red, green, blue = (channel.tobytes() for channel in picture.split())
    grey = red == green == blue
    stored = picture.convert("L") if grey else picture.quantize(**_COLOURS)
    words = PngInfo()
    words.add_itxt("Title", str(figure.get_label()))
    words.add_itxt("Description", caption)
    stored.save(path, "png", optimize=True, pnginfo=words)


def read_text(path: Path) -> PngText:
    """The title and the caption that a PNG carries."""
    with Image.open(path) as image:
        return PngText(str(image.info["Title"]), str(image.info["Description"]))
