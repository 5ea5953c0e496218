"""Which classes lie side by side: shares of a class's neighbours, a table for each model."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet
from figures.style import styled
from figures.table import Shares, margins, table

_GAP = 26


@styled
def draw(
    shares: Mapping[str, Shares],
    *,
    class_names: Sequence[str],
    title: str,
    dpi: int,
) -> Figure:
    """A table for each model: in row a and column b, b's share of a's neighbours in percent.

    All tables have one scale of shades; each row's two largest numbers are bold.
    """
    classes = len(class_names)
    cell = float(np.clip(330 / classes, 20, 33))
    side = cell * classes
    beside, above = margins(class_names)
    left, top = beside + 10, 62 + above
    width = left + max(len(shares) * (side + _GAP), 490)  # the note's, if tables are small
    sheet = Sheet(width, top + side + 48, dpi, title)
    largest = max(float(np.nanmax(rows, initial=0)) for rows in shares.values())
    for i, (model, shown) in enumerate(shares.items()):
        axes = sheet.axes(left + i * (side + _GAP), top, side, side)
        blank = np.where(np.eye(classes, dtype=bool), np.nan, shown)
        bold = {(row, b) for row in range(classes) for b in _nearest(shown[row])}
        table(axes, blank, class_names, largest=largest, bold=bold)
        if i > 0:
            axes.set_yticklabels([])
        sheet.text(left + i * (side + _GAP), 44, model, size=9.5, va="top")
    note = "row: around an image of this class · column: a neighbour's class · percent"
    sheet.text(left, top + side + 14, note, size=8, color="#777777", va="top")
    return sheet.figure


def _nearest(row: Float[ndarray, " classes"]) -> list[int]:
    """The two classes of the largest shares, the larger first; those at 0 left out."""
    return [int(b) for b in (-row).argsort(kind="stable")[:2] if row[b] > 0]


def caption(
    shares: Mapping[str, Shares], *, class_names: Sequence[str], example: int, k: int
) -> str:
    """Who is whose neighbour, and for one class, present in the test set, which are and are not."""
    found = " ".join(
        f"In {model}, {_around(rows, class_names, example)}" for model, rows in shares.items()
    )
    return (
        f"Of the {k} codes of other classes nearest to an image, the share that each class has, "
        "counted as if all classes had equally many images. The nearest two of each row are bold; "
        "rows differ from columns: a class may be another's nearest without the other being its "
        f"own. {found}"
    )


def _around(shares: Shares, class_names: Sequence[str], example: int) -> str:
    present = np.flatnonzero(np.isfinite(shares[:, example])).tolist()
    others = [b for b in present if b != example]
    name, row, even = class_names[example], shares[example], 1 / len(others)
    near = " and ".join(f"{class_names[b]} ({row[b]:.0%})" for b in _nearest(row))
    far = min(others, key=lambda b: row[b])
    spread = f"the nearest to {name} are {near}, the farthest is {class_names[far]} "
    if row.max() < 1.5 * even:
        return f"{spread}({row[far]:.0%}): little more than chance, which gives each {even:.0%}."
    return f"{spread}({row[far]:.0%}); chance gives each {even:.0%}."
