"""The latent plane: one frame for every picture of it, classes on it, images on it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Num
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy import ndarray

from figures.style import DARK, palette, word_colour
from figures.text import NAME_ROOM, fit, line_height, text_width

_LETTER_SIZE, _WORD_SIZE = 13, 9
"""Of class names on the plane, in points."""
_OUTLINE = 3.0

_MANY = 1000  # dots


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
    """Dots in their class's colour, drawn in one order so that no class lies on top.

    `size` is that of a thousand or more; of fewer each is larger, or they could hardly be seen.
    """
    colours = np.array(palette(classes))[labels]
    area = size * max(1.0, _MANY / max(1, len(points))) ** 0.5
    axes.scatter(points[:, 0], points[:, 1], s=area, c=colours, linewidths=0, alpha=0.6)


def label_classes(
    axes: Axes,
    points: Num[ndarray, "n 2"],
    labels: Int[ndarray, " n"],
    class_names: Sequence[str],
    *,
    dark: bool = False,
) -> None:
    """Each class's name on its cluster: at the point of the class nearest to its median.

    A class without a name, "", is left out. Where names would lie on one another or cross the
    border they are moved, just so far that each can be read. On a dark plane they are white, with
    an outline in their class's colour.
    """
    axes.apply_aspect()  # which may change the limits
    centres = {
        label: centre
        for label, centre in _centres_in_sight(axes, points, labels).items()
        if class_names[label]
    }
    if not centres:
        return
    box, unit = axes.get_window_extent(), _unit(axes)
    room = min(NAME_ROOM, box.width / unit / 2.5)
    names = [class_names[label] for label in centres]
    sizes = [_LETTER_SIZE if len(name) == 1 else _WORD_SIZE for name in names]
    texts = [fit(name, room, size, "bold") for name, size in zip(names, sizes, strict=True)]
    extents = [
        (text_width(text, size, "bold") + _OUTLINE, line_height(size))
        for text, size in zip(texts, sizes, strict=True)
    ]
    pixels = axes.transData.transform(list(centres.values()))
    low, high = box.get_points()
    pixels = _separate(pixels, unit * np.array(extents), low, high)
    places = axes.transData.inverted().transform(pixels)
    colours = palette(len(class_names))
    for label, text, size, place in zip(centres, texts, sizes, places, strict=True):
        colour = word_colour(colours[label])
        axes.annotate(
            text,
            place,
            ha="center",
            va="center",
            size=size,
            weight="bold",
            color="white" if dark else colour,
            path_effects=[withStroke(linewidth=_OUTLINE, foreground=colour if dark else "white")],
            zorder=5,
            annotation_clip=True,
        )


def _unit(axes: Axes) -> float:
    """File pixels in 1/100 inch."""
    figure = axes.get_figure(root=True)
    assert figure is not None, "axes without a figure"
    return figure.dpi / 100


def _centres_in_sight(
    axes: Axes, points: Num[ndarray, "n 2"], labels: Int[ndarray, " n"]
) -> dict[int, Num[ndarray, "2"]]:
    """Of each class with points within the limits, the one nearest to their median."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    seen = ((points >= (left, bottom)) & (points <= (right, top))).all(axis=1)
    points, labels = points[seen], labels[seen]
    centres = {}
    for label in np.unique(labels).tolist():
        cluster = points[labels == label]
        distances = np.abs(cluster - np.median(cluster, axis=0)).sum(axis=1)
        centres[label] = cluster[distances.argmin()]
    return centres


def _separate(
    centres: Num[ndarray, "n 2"],
    sizes: Float[ndarray, "n 2"],
    low: Float[ndarray, "2"],
    high: Float[ndarray, "2"],
) -> Float[ndarray, "n 2"]:
    """Centres of boxes, moved until no two overlap and none crosses the border.

    Boxes that overlap push each other apart, each by half the overlap, along the axis on which
    that is the shorter way.
    """
    order = np.arange(len(centres))
    in_order = np.sign(order[:, None] - order)[..., None]  # of boxes at the same place
    reach = (sizes[:, None] + sizes) / 2
    for _ in range(2000):
        centres = np.clip(centres, low + sizes / 2, high - sizes / 2)
        between = centres[:, None] - centres
        overlap = reach - np.abs(between)
        met = (overlap > 0.5).all(axis=-1) & (in_order[..., 0] != 0)
        if not met.any():
            break
        shorter = overlap.argmin(axis=-1)[..., None] == np.arange(2)
        away = np.where(between == 0, in_order, np.sign(between))
        push = np.where(met[..., None] & shorter, 0.5 * overlap * away, 0)
        centres = centres + push.sum(axis=1)
    return centres


def place(
    images: Num[ndarray, "n *image"],
    points: Float[ndarray, "n 2"],
    limit: float,
    pixels: int,
    scale: int,
) -> Num[ndarray, "pixels pixels channels"]:
    """A black square picture with images centred at points.

    Where they overlap the brighter pixel is seen, of images in colour the later image.

    Args:
        images: uint8, with or without colour.
        points: (right, up); an image that would cross an edge is left out.
        limit: the square runs from −limit to limit on both axes.
        pixels: side of the picture.
        scale: picture pixels for each image pixel.
    """
    coloured = images.ndim == 4
    if not coloured:
        images = images[..., None]
    tiles = images.repeat(scale, axis=1).repeat(scale, axis=2)
    height, width = tiles.shape[1:3]
    canvas = np.zeros((pixels, pixels, 3), np.uint8)
    unit = (points + limit) / (2 * limit)
    tops = np.rint((1 - unit[:, 1]) * pixels - height / 2).astype(int)
    lefts = np.rint(unit[:, 0] * pixels - width / 2).astype(int)
    for tile, top, left in zip(tiles, tops, lefts, strict=True):
        if 0 <= top <= pixels - height and 0 <= left <= pixels - width:
            region = canvas[top : top + height, left : left + width]
            np.copyto(region, tile if coloured else np.maximum(region, tile))
    return canvas


def show_plane(axes: Axes, canvas: Num[ndarray, "pixels pixels channels"], limit: float) -> None:
    """Lay a square picture of the plane under axes that run from −limit to limit."""
    extent = (-limit, limit, -limit, limit)
    axes.imshow(canvas, extent=extent, interpolation="nearest", aspect="auto")
