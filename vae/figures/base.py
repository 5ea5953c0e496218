"""What all figures share: style, palette, polarity, pixel-exact pictures, the latent frame, saving.

Layouts are in units of 1/100 inch. Pictures are laid pixel by pixel: an image takes a whole number
of the file's pixels for each of its own, so what one sees is what the decoder said.
"""

import functools
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from jaxtyping import Float, Int, Num, UInt8
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy import ndarray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

P = ParamSpec("P")
T = TypeVar("T")

INK = "#222222"
FAINT = "#9a9a9a"
GREY, WHITE = 64, 255  # gaps between tiles
DARK = "#000000"

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "axes.edgecolor": "#bbbbbb",
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": "#777777",
    "ytick.color": "#777777",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.axisbelow": True,
    "savefig.facecolor": "white",
}


def styled(make: Callable[P, T]) -> Callable[P, T]:
    """Decorates whatever makes or renders artists: the project's style, and no global state."""

    @functools.wraps(make)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
            return make(*args, **kwargs)

    return wrapped


Images = Num[ndarray, "rows columns height width *channels"]


def palette(classes: int) -> list[tuple[float, float, float]]:
    """One colour a class: Petroff's ten, made for colour-blind readers; beyond ten, even hues.

    Source: Petroff 2021, arXiv:2107.02270.
    """
    ten = mpl.color_sequences["petroff10"]
    if classes <= len(ten):
        return [to_rgb(colour) for colour in ten[:classes]]
    return [to_rgb(mpl.colormaps["turbo"]((i + 0.5) / classes)) for i in range(classes)]


def to_bytes(x: Float[ndarray, "*shape"]) -> UInt8[ndarray, "*shape"]:
    """Values in [0, 1] as 0–255, rounded. Ink is bright on black, as the data has it.

    >>> to_bytes(np.array([0.0, 0.5, 0.999, 1.0]))
    array([  0, 128, 255, 255], dtype=uint8)
    """
    return np.rint(np.clip(x, 0, 1) * 255).astype(np.uint8)


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    >>> listed(["3", "5", "8"])
    '3, 5 and 8'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


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


def zoom(image_shape: Sequence[int], dpi: int, tile: int = 28) -> int:
    """File pixels for one image pixel, a whole number: an image is about `tile`/100 inch."""
    return max(1, round(tile * dpi / 100 / max(image_shape[:2])))


class Sheet:
    """A figure laid out from its top left corner in units of 1/100 inch."""

    def __init__(self, width: float, height: float, dpi: int, title: str) -> None:
        self.unit = dpi / 100
        self.size = math.ceil(width * self.unit), math.ceil(height * self.unit)
        self.figure = Figure(figsize=(self.size[0] / dpi, self.size[1] / dpi), dpi=dpi)
        self.figure.set_label(title)
        self.text(14, 12, title, size=11, weight="bold", va="top")

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


def frame(axes: Axes, limit: float, *, dark: bool = False, named: bool = True) -> None:
    """Make axes the latent plane: z₁ right, z₂ up, the shared limits, rings of the prior.

    The rings at 1σ and 2σ are named, unless the plane is too small for it.
    """
    axes.set(xlim=(-limit, limit), ylim=(-limit, limit), xlabel="$z_1$", ylabel="$z_2$")
    axes.set_aspect("equal")
    axes.yaxis.label.set(rotation=0, va="center")
    if dark:
        axes.set_facecolor(DARK)
    for radius in (1, 2):
        colour = "#666666" if dark else "#888888"
        axes.add_patch(
            Circle((0, 0), radius, fill=False, ec=colour, lw=0.8, ls=(0, (4, 3)), zorder=3)
        )
        if not named:
            continue
        axes.annotate(
            f"{radius}σ",
            (0, -radius),
            ha="center",
            va="center",
            size=7,
            color="#aaaaaa" if dark else "#666666",
            zorder=3,
            path_effects=[withStroke(linewidth=2.5, foreground=DARK if dark else "white")],
        )


def unit_square(axes: Axes, n: int) -> None:
    """Make axes the latent plane in probability, Φ(z), under the lines of an n×n manifold."""
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="$Φ(z_1)$", ylabel="$Φ(z_2)$")
    axes.set_aspect("equal")
    axes.set_xticks(np.arange(n + 1) / n, minor=True)
    axes.set_yticks(np.arange(n + 1) / n, minor=True)
    axes.tick_params(which="minor", length=0)
    axes.grid(which="minor", color="#888888", lw=0.4, alpha=0.5, zorder=3)


def scatter(
    axes: Axes,
    points: Num[ndarray, "n 2"],
    labels: Int[ndarray, " n"],
    classes: int,
    size: float | Float[ndarray, " n"] = 2.0,
) -> None:
    """Dots in their class's colour, drawn in one order so that no class lies on top."""
    colours = np.array(palette(classes))[labels]
    axes.scatter(points[:, 0], points[:, 1], s=size, c=colours, linewidths=0, alpha=0.6)


def label_classes(
    axes: Axes,
    points: Num[ndarray, "n 2"],
    labels: Int[ndarray, " n"],
    class_names: Sequence[str],
    *,
    dark: bool = False,
) -> None:
    """Each class's name on its cluster: at the point of the class nearest to its median.

    Where clusters coincide the names are moved apart, just so far that each can be read.
    """
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    seen = ((points >= (left, bottom)) & (points <= (right, top))).all(axis=1)
    clusters = {label: points[(labels == label) & seen] for label in range(len(class_names))}
    places = {
        label: cluster[np.abs(cluster - np.median(cluster, axis=0)).sum(axis=1).argmin()]
        for label, cluster in clusters.items()
        if len(cluster)
    }
    colours = palette(len(class_names))
    # long names need more room to their sides
    room = np.array([max(1, max(map(len, class_names)) / 4), 1])
    centres = np.array(list(places.values())) / room if places else np.empty((0, 2))
    apart = _apart(centres, 0.05 * (right - left)) * room
    for label, place in zip(places, apart, strict=True):
        name, colour = class_names[label], colours[label]
        axes.annotate(
            name,
            place,
            ha="center",
            va="center",
            size=13 if len(name) == 1 else 9,
            weight="bold",
            color=colour if not dark else "white",
            path_effects=[withStroke(linewidth=3, foreground=colour if dark else "white")],
            zorder=5,
            annotation_clip=True,
        )


def _apart(places: Num[ndarray, "n 2"], distance: float) -> Float[ndarray, "n 2"]:
    """Places moved as little as need be until no two are within `distance`, by mutual pushes."""
    turn = np.arange(len(places))
    places = places + 1e-6 * distance * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(200):
        between = places[:, None] - places
        gap = np.linalg.norm(between, axis=-1) + np.eye(len(places)) * distance
        if gap.min(initial=distance) >= 0.99 * distance:
            break
        push = 0.5 * np.clip(distance - gap, 0, None) / gap
        places = places + (push[..., None] * between).sum(axis=1)
    return places


class Words(NamedTuple):
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


def read_words(path: Path) -> Words:
    """The title and the caption that a PNG carries."""
    with Image.open(path) as image:
        return Words(str(image.info["Title"]), str(image.info["Description"]))
