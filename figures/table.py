"""A table of shares, class by class."""

from collections.abc import Container, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy import ndarray

from figures.sheet import detach
from figures.style import INK, palette, word_colour
from figures.text import beside_rows, over_columns

Shares = Float[ndarray, "classes classes"]
"""Row a, column b: the share of class b in what is counted for class a; NaN where unknown."""

SHADES = LinearSegmentedColormap.from_list("shares", ["#ffffff", "#9ec3e6", "#1f5f99"])
_NAME: dict[str, Any] = {"size": 8.0, "weight": "bold"}
_COLUMN = 20.0
"""Names that are wider than this less a gap stand upright over their columns."""


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
    axes.imshow(shares, cmap=SHADES, vmin=0, vmax=largest, aspect="auto")
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
    above = over_columns(class_names, _COLUMN, **_NAME)
    axes.set_xticks(range(classes), above.texts, rotation=above.rotation)
    axes.set_yticks(range(classes), beside_rows(class_names, **_NAME).texts)
    axes.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", lw=1)
    axes.tick_params(which="both", length=0)
    for names in (axes.get_xticklabels(), axes.get_yticklabels()):
        for name, colour in zip(names, palette(classes), strict=True):
            name.set(color=word_colour(colour), **_NAME)


def margins(class_names: Sequence[str]) -> tuple[float, float]:
    """Room for a table's names, in units: on its left and above it."""
    beside, above = beside_rows(class_names, **_NAME), over_columns(class_names, _COLUMN, **_NAME)
    return beside.room + 14, above.room + 8
