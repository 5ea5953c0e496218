"""One latent axis at a time: what each encodes, and which encode nothing."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Float, Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, mosaic, zoom
from figures.style import FAINT, styled


@styled
def draw(
    mean: Num[ndarray, "rows steps *image"],
    *,
    names: Sequence[str],
    active: Iterable[bool],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """A row of decoder means for each axis; rows of inactive axes are greyed.

    Args:
        mean: in [0, 1].
        names: one for each row.
        active: whether the row's axis is used.
        limit: the axis runs from −limit to limit.
        title: names model and data set.
        dpi: pixels an inch.
    """
    shown = np.array(
        [row if used else 0.35 * row + 0.2 for row, used in zip(mean, active, strict=True)]
    )
    picture = mosaic(shown, 1)
    scale = zoom(mean.shape[2:], dpi, 40)
    height, width = (side * scale / dpi * 100 for side in picture.shape[:2])
    left = 18 + 6.2 * max(map(len, names))
    sheet = Sheet(left + width + 18, 60 + height + 52, dpi, title)
    axes = sheet.picture(left, 46, picture, scale)
    rows, steps = mean.shape[:2]
    axes.set_yticks((np.arange(rows) + 0.5) * picture.shape[0] / rows - 0.5, names)
    for label, used in zip(axes.get_yticklabels(), active, strict=True):
        label.set_color("#222222" if used else FAINT)
    places: Float[ndarray, " steps"] = np.linspace(-limit, limit, steps)
    axes.set_xticks(
        (np.arange(steps) + 0.5) * picture.shape[1] / steps - 0.5,
        [f"{z:.1f}".replace("-", "−") for z in places],
    )
    axes.tick_params(length=0)
    axes.set_xlabel("value of the axis; all others are 0")
    return sheet.figure


def caption(*, active: int, latent_dim: int, conditional: bool) -> str:
    """What the traversals show."""
    classes = " Every class is shown at the same z." if conditional else ""
    return (
        "One latent axis at a time runs through its prior while the others stay at 0, sorted by "
        f"what it tells about an image, its KL in nats. {active} of {latent_dim} axes are active; "
        "an axis that is not decodes to the same image along its whole row: the model has "
        "switched it off, since every axis that it uses costs KL." + classes
    )
