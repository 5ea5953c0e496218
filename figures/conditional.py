"""A class-conditional model: the same codes, decoded as every class."""

from collections.abc import Sequence

from jaxtyping import Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, mosaic, tile_centres, zoom
from figures.style import styled
from figures.text import over_columns


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
    rows, columns = mean.shape[:2]
    names = over_columns(class_names, width / columns)
    top = 69 + round(names.room)
    sheet = Sheet(46 + width + 20, top + height + 20, dpi, title)
    axes = sheet.picture(46, top, picture, scale)
    places = tile_centres(columns, picture.shape[1])
    axes.set_xticks(places, names.texts, rotation=names.rotation)
    axes.set_yticks(tile_centres(rows, picture.shape[0]), [str(i + 1) for i in range(rows)])
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    axes.set(xlabel="class y", ylabel="code z")
    return sheet.figure


def caption(*, rows: int) -> str:
    """What the grid shows."""
    return (
        f"{rows} codes z drawn from the prior, one in each row, each decoded as every class y. "
        "Within a row z is the same, so its pictures differ by the class alone; within a column "
        "the class is the same, so its pictures differ by z alone. Compare two rows: what changes "
        "between them in the same way in every column is what z encodes independently of the class."
    )
