"""The sheet that every figure is laid out on, and pictures on it that are exact to the pixel.

Layouts are in units of 1/100 inch. A picture takes a whole number of the file's pixels for each of
its own, so that one sees the decoder's values and no interpolation of them.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Num, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from figures.style import styled
from figures.text import fit, literal, text_width

GREY, WHITE = 64, 255
"""Of the gaps between tiles."""

_MARGIN = 14
_TITLE_ROOM = 640
"""A sheet grows this wide for its title; what a longer one says in its middle is left out."""
_TITLE: dict[str, Any] = {"size": 11, "weight": "bold"}

Images = Num[ndarray, "rows columns height width *channels"]


def to_bytes(x: Float[ndarray, "*shape"]) -> UInt8[ndarray, "*shape"]:
    """Values in [0, 1] as bytes, rounded: 1 is bright and 0 is black, everywhere.

    >>> to_bytes(np.array([0.0, 0.5, 0.999, 1.0]))
    array([  0, 128, 255, 255], dtype=uint8)
    """
    return np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8)


def mosaic(images: Images, gap: int = 0, shade: int = GREY) -> UInt8[ndarray, "h w 3"]:
    """A grid of images as one RGB picture, with `gap` pixels of a grey between them."""
    grid = images if images.dtype == np.uint8 else to_bytes(images)
    if grid.ndim == 4:
        grid = grid[..., None]
    grid = np.broadcast_to(grid, (*grid.shape[:-1], 3))
    margins = ((0, 0), (0, 0), (0, gap), (0, gap), (0, 0))
    grid = np.pad(grid, margins, constant_values=shade)
    rows, columns, height, width, _ = grid.shape
    picture = grid.swapaxes(1, 2).reshape(rows * height, columns * width, 3)
    return picture[: rows * height - gap, : columns * width - gap]


def zoom(image_shape: Sequence[int], dpi: int, tile: float = 28) -> int:
    """File pixels for one image pixel, a whole number: an image is about `tile`/100 inch."""
    return max(1, round(tile * dpi / 100 / max(image_shape[:2])))


def tile_centres(tiles: int, side: int) -> Float[ndarray, " tiles"]:
    """Where ticks stand at the middle of each of some tiles that share a picture's side.

    >>> tile_centres(2, 8)
    array([1.5, 5.5])
    """
    return (np.arange(tiles) + 0.5) * side / tiles - 0.5


class StyledFigure(Figure):
    """A figure that is rendered in the project's style, whoever saves it."""

    @styled
    def savefig(self, *args: Any, **kwargs: Any) -> None:
        """As matplotlib's."""
        super().savefig(*args, **kwargs)


class Sheet:
    """A figure laid out from its top left corner in units of 1/100 inch.

    It is wide enough for its title, unless that is very long: the title's middle is then left out.
    """

    def __init__(self, width: float, height: float, dpi: int, title: str) -> None:
        width = max(width, min(_MARGIN + text_width(literal(title), **_TITLE), _TITLE_ROOM))
        self.unit = dpi / 100
        self.size = math.ceil(width * self.unit), math.ceil(height * self.unit)
        self.figure = StyledFigure(figsize=(self.size[0] / dpi, self.size[1] / dpi), dpi=dpi)
        self.figure.set_label(title)
        self.text(_MARGIN, 12, fit(title, width - _MARGIN, **_TITLE), va="top", **_TITLE)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes at a place in units."""
        return self._axes(*(round(v * self.unit) for v in (left, top, width, height)))

    def _axes(self, left: int, top: int, width: int, height: int) -> Axes:
        w, h = self.size
        return self.figure.add_axes((left / w, (h - top - height) / h, width / w, height / h))

    def picture(self, left: float, top: float, picture: UInt8[ndarray, "h w c"], zoom: int) -> Axes:
        """An RGB picture at a place in units, `zoom` file pixels for each of its own."""
        height, width = picture.shape[0] * zoom, picture.shape[1] * zoom
        axes = self._axes(round(left * self.unit), round(top * self.unit), width, height)
        axes.imshow(picture, interpolation="nearest", aspect="auto")
        axes.set(xticks=[], yticks=[])
        detach(axes)
        return axes

    def text(self, left: float, top: float, text: str, **style: object) -> None:
        """Words at a place in units."""
        w, h = self.size
        self.figure.text(left * self.unit / w, 1 - top * self.unit / h, text, **style)  # type: ignore[arg-type]


def detach(axes: Axes) -> None:
    """Take the border away and keep tick marks off the picture's own pixels."""
    axes.spines[:].set_visible(False)
    axes.spines[:].set_position(("outward", 2))
