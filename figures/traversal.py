"""One latent axis at a time: what each encodes, and which encode nothing."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, mosaic, tile_centres, zoom
from figures.style import FAINT, INK, styled
from figures.text import beside_rows, text_width

_SPACE = "   "
_VALUE_ROOM = 26
"""Of a number under a picture."""


@styled
def draw(
    mean: Num[ndarray, "rows steps *image"],
    *,
    names: Sequence[str],
    class_names: Sequence[str] | None = None,
    active: Sequence[bool] | Bool[ndarray, " rows"],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """A row of decoder means for each axis, or for each axis and class; inactive ones are greyed.

    Args:
        mean: in [0, 1].
        names: of the axis of each row; they may hold formulas.
        class_names: of the class of each row, for a class-conditional model.
        active: whether each row's axis is used.
        limit: an axis runs from −limit to limit.
        title: names model and data set.
        dpi: pixels an inch.
    """
    labels, room = _row_names(names, class_names)
    shown = [row if used else 0.35 * row + 0.2 for row, used in zip(mean, active, strict=True)]
    picture = mosaic(np.array(shown), 1)
    scale = zoom(mean.shape[2:], dpi, 40)
    height, width = (side * scale / dpi * 100 for side in picture.shape[:2])
    left = 18 + room
    sheet = Sheet(left + width + 18, 60 + height + 52, dpi, title)
    axes = sheet.picture(left, 46, picture, scale)
    rows, steps = mean.shape[:2]
    axes.set_yticks(tile_centres(rows, picture.shape[0]), labels)
    for label, used in zip(axes.get_yticklabels(), active, strict=True):
        label.set_color(INK if used else FAINT)
    values: Float[ndarray, " steps"] = np.linspace(-limit, limit, steps)
    every = math.ceil(_VALUE_ROOM * steps / width)  # below narrow pictures, with that of 0
    axes.set_xticks(
        tile_centres(steps, picture.shape[1])[steps // 2 % every :: every],
        [f"{z:.1f}".replace("-", "−") for z in values[steps // 2 % every :: every]],
    )
    axes.tick_params(length=0)
    axes.set_xlabel("value of the axis; all others are 0")
    return sheet.figure


def _row_names(
    axes: Sequence[str], class_names: Sequence[str] | None
) -> tuple[Sequence[str], float]:
    """The names of all rows, and their room."""
    room = 6.2 * max(map(len, axes))
    if class_names is None:
        return axes, room
    classes = beside_rows(class_names)
    labels = [f"{axis}{_SPACE}{name}" for axis, name in zip(axes, classes.texts, strict=True)]
    return labels, room + text_width(_SPACE, 8) + classes.room


def caption(*, active: int, latent_dim: int, conditional: bool) -> str:
    """What the traversals show."""
    inactive = (
        " Greyed rows are inactive axes: their posterior mean is the same for nearly every image, "
        "so the decoder learns to ignore them, and each such row should show one picture."
    )
    classes = " Every class is decoded at the same z." if conditional else ""
    return (
        "In each row one latent axis runs through the range of its prior while all others stay at "
        "0. The axes are sorted by their KL divergence from the prior, in nats per test image: an "
        "axis holds at most so much information about an image. "
        f"{active} of {latent_dim} axes are active: their posterior mean varies over the test "
        f"images.{inactive if active < latent_dim else ''}{classes}"
    )
