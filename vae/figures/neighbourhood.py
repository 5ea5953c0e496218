"""Which classes lie side by side: shares of a class's neighbours, a table for each model."""

from collections.abc import Container, Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy import ndarray

from vae.figures.base import INK, Sheet, detach, palette, styled

Shares = Float[ndarray, "classes classes"]
"""Of `vae.neighbourhood.neighbourhood`."""

_SHADES = LinearSegmentedColormap.from_list("shares", ["#ffffff", "#9ec3e6", "#1f5f99"])
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


def table(
    axes: Axes,
    shares: Shares,
    class_names: Sequence[str],
    *,
    largest: float,
    bold: Container[tuple[int, int]] = (),
) -> None:
    """Shares in percent, class by class, on shades up to `largest`; NaN is a grey cell."""
    classes = len(class_names)
    detach(axes)  # first: it resets the ticks
    axes.set_facecolor("#f1f1f1")
    axes.imshow(shares, cmap=_SHADES, vmin=0, vmax=largest, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if np.isfinite(share):
            axes.text(
                column,
                row,
                f"{100 * share:.0f}",
                ha="center",
                va="center",
                size=7.5,
                weight="bold" if (row, column) in bold else "normal",
                color="white" if share > 0.6 * largest else INK if share >= 0.005 else "#bbbbbb",
            )
    axes.xaxis.tick_top()
    axes.set_xticks(range(classes), class_names, rotation=90 if _long(class_names) else 0)
    axes.set_yticks(range(classes), class_names)
    axes.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", lw=1)
    axes.tick_params(which="both", length=0)
    for names in (axes.get_xticklabels(), axes.get_yticklabels()):
        for name, colour in zip(names, palette(classes), strict=True):
            name.set(color=colour, weight="bold")


def margins(class_names: Sequence[str]) -> tuple[float, float]:
    """Room for a table's names, in units: on its left and above it."""
    beside = 14 + 6.2 * max(map(len, class_names))
    return beside, beside if _long(class_names) else 20.0


def _long(class_names: Sequence[str]) -> bool:
    return max(map(len, class_names)) > 2


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
        "a row reads differently from its column: a class may be another's nearest without the "
        f"other being its own. {found}"
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
