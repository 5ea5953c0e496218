"""A latent space of three axes as a cloud of codes, from three sides and turning."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Num, UInt8
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, label_classes, scatter
from figures.sheet import Sheet
from figures.style import INK, RGB, palette, styled, word_colour

_SIDE, _TURNING = 300, 360
"""Of a panel of the still, and of the GIF's, in units of 1/100 inch."""
_SIDES = ((0, 1), (2, 1), (0, 2))
"""Axes to the right and up: from the front, from the side, from below."""
_NEAR = (0.3, 0.6, 1.0)
"""Share of a colour in the dots of the far, the middle and the near third."""
_AXIS = 0.85
"""Of the limit: how far the axes are drawn."""


@styled
def draw(
    mean: Float[ndarray, "n 3"],
    labels: Int[ndarray, " n"],
    *,
    class_names: Sequence[str],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """Posterior means of the test set from three sides.

    Args:
        mean: of the test set.
        labels: theirs.
        class_names: one for each class.
        limit: of the latent frame.
        title: names model and data set.
        dpi: pixels an inch.
    """
    sheet = Sheet(48 + len(_SIDES) * (_SIDE + 44), 64 + _SIDE + 48, dpi, title)
    for i, (right, up) in enumerate(_SIDES):
        axes = sheet.axes(48 + i * (_SIDE + 44), 58, _SIDE, _SIDE)
        points = mean[:, [right, up]]
        frame(axes, limit)
        axes.set(xlabel=f"$z_{right + 1}$", ylabel=f"$z_{up + 1}$")
        scatter(axes, points, labels, len(class_names))
        label_classes(axes, points, labels, class_names)
    return sheet.figure


@styled
def frames(
    mean: Float[ndarray, "n 3"],
    labels: Int[ndarray, " n"],
    *,
    class_names: Sequence[str],
    limit: float,
    count: int,
    tilt: float,
    title: str,
    dpi: int,
) -> UInt8[ndarray, "count h w 3"]:
    """One whole turn about the upright axis, seen from `tilt` degrees above; else as `draw`."""
    sheet = Sheet(_TURNING + 28, _TURNING + 58, dpi, title)
    axes = sheet.axes(14, 44, _TURNING, _TURNING)
    canvas, drawn = FigureCanvasAgg(sheet.figure), []
    for turn in np.arange(count) * 360 / count:
        axes.clear()
        _draw_cloud(axes, mean, labels, class_names, limit, turned(turn, tilt))
        canvas.draw()
        drawn.append(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return np.stack(drawn)


def turned(turn: float, tilt: float) -> Float[ndarray, "3 3"]:
    """The directions to the right, up and to the eye in latent space, as rows.

    At 0° of both they are z₁, z₂ and z₃: the plane of every other figure. A turn carries what is
    in front to the right; a tilt shows it from above. Both in degrees.
    """
    a, t = math.radians(turn), math.radians(tilt)
    return np.array(
        [
            [math.cos(a), 0, math.sin(a)],
            [math.sin(a) * math.sin(t), math.cos(t), -math.cos(a) * math.sin(t)],
            [-math.sin(a) * math.cos(t), math.sin(t), math.cos(a) * math.cos(t)],
        ]
    )


def colours(classes: int) -> list[RGB]:
    """All that stand on a frame beside greys."""
    dots = palette(classes)
    return [*dots, *map(word_colour, dots)]


def _draw_cloud(
    axes: Axes,
    mean: Num[ndarray, "n 3"],
    labels: Int[ndarray, " n"],
    class_names: Sequence[str],
    limit: float,
    directions: Float[ndarray, "3 3"],
) -> None:
    """Dots from far to near, ever larger and fuller, under the axes and the classes' names."""
    frame(axes, limit)
    axes.set(xticks=[], yticks=[], xlabel="", ylabel="")
    seen = mean @ directions.T
    order = seen[:, 2].argsort(kind="stable")
    third = np.arange(len(order)) * len(_NEAR) // len(order)
    share = np.array(_NEAR)[third, None]
    dots = 1 - share * (1 - np.array(palette(len(class_names)))[labels[order]])
    axes.scatter(seen[order, 0], seen[order, 1], s=2 + 2 * third, c=dots, linewidths=0)
    for axis, end in enumerate(_AXIS * limit * directions[:2].T):
        axes.plot(*zip(-end, end, strict=True), color=INK, lw=0.7, zorder=4)
        axes.annotate(
            f"$z_{axis + 1}$",
            end,
            (0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            size=11,
            zorder=6,
            bbox={"boxstyle": "round,pad=0.1", "fc": "white", "lw": 0},
        )
    present = np.unique(labels)
    middles = np.stack([np.median(mean[labels == label], axis=0) for label in present])
    label_classes(axes, middles @ directions[:2].T, present, class_names)


def caption(mean: Float[ndarray, "n 3"], *, limit: float) -> str:
    """What the cloud shows."""
    outside = float((np.abs(mean) > limit).any(axis=1).mean())
    within = float((np.linalg.norm(mean, axis=1) <= 2).mean())
    return (
        f"A latent space of three axes. Each dot is one of {len(mean):,} test images at its "
        "posterior mean: seen along z₃, along z₁ and along z₂ in the picture, turning about z₂ in "
        "the moving one, where near dots are larger and fuller. What lies on one another from one "
        "side may lie apart from another. The rings are the outlines of two spheres, the prior at "
        f"1σ and 2σ, which hold 20% and 74% of it; of the means {within:.0%} lie within the "
        f"second. {outside:.1%} lie beyond ±{limit:g} on some axis, and outside the frame from "
        "some sides."
    )
