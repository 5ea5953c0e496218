"""A table of shares, class by class."""

from collections.abc import Container, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from numpy import ndarray

from figures.sheet import detach
from figures.style import INK, palette

Shares = Float[ndarray, "classes classes"]
"""Of `vae.neighbourhood.neighbourhood`."""

_SHADES = LinearSegmentedColormap.from_list("shares", ["#ffffff", "#9ec3e6", "#1f5f99"])


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
