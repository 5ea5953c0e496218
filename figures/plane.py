"""The latent plane: one frame for every picture of it, classes on it, images on it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Num
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy import ndarray

from figures.style import DARK, palette


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


def place(
    images: Num[ndarray, "n *image"],
    points: Float[ndarray, "n 2"],
    limit: float,
    pixels: int,
    scale: int,
) -> Num[ndarray, "pixels pixels channels"]:
    """A black square picture with images centred at points; where they overlap the brighter wins.

    Args:
        images: uint8, with or without colour.
        points: (right, up); an image that would cross an edge is left out.
        limit: the square runs from −limit to limit on both axes.
        pixels: side of the picture.
        scale: picture pixels for each image pixel.
    """
    if images.ndim == 3:
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
            np.maximum(region, tile, out=region)
    return canvas


def show_plane(axes: Axes, canvas: Num[ndarray, "pixels pixels channels"], limit: float) -> None:
    """Lay a square picture of the plane under axes that run from −limit to limit."""
    extent = (-limit, limit, -limit, limit)
    axes.imshow(canvas, extent=extent, interpolation="nearest", aspect="auto")
