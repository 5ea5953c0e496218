"""A class-conditional model: the same codes, decoded as every class."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, mosaic, zoom
from figures.style import styled


@styled
def draw(
    mean: Num[ndarray, "rows classes *image"],
    *,
    class_names: Sequence[str],
    title: str,
    dpi: int,
) -> Figure:
    """A row for each code, a column for each class."""
    picture = mosaic(mean, 1)
    scale = zoom(mean.shape[2:], dpi, 52)
    height, width = (side * scale / dpi * 100 for side in picture.shape[:2])
    sheet = Sheet(46 + width + 20, 82 + height + 20, dpi, title)
    axes = sheet.picture(46, 82, picture, scale)
    rows, columns = mean.shape[:2]
    axes.set_xticks((np.arange(columns) + 0.5) * picture.shape[1] / columns - 0.5, class_names)
    axes.set_yticks(
        (np.arange(rows) + 0.5) * picture.shape[0] / rows - 0.5, [str(i + 1) for i in range(rows)]
    )
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.set(xlabel="class y", ylabel="code z")
    return sheet.figure


def caption(*, rows: int) -> str:
    """What the grid shows."""
    return (
        f"{rows} codes z drawn from the prior, one a row, each decoded as every class. The same z "
        "stands in a whole row, so what changes along it is the class and what stays is the style: "
        "z carries the hand, the label carries the digit."
    )
