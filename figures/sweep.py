"""A sweep in pictures: what each parameter does, and every setting as a line through all of them.

Parameters may be numbers, words or lists. Few different values stand evenly apart, each with its
name; many numbers lie on their scale, which is logarithmic if they span a factor of 20 or more.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet
from figures.style import DARK, FAINT, styled
from figures.text import fit

FEW = 8
"""So many different values at most are named one by one."""
_WIDE = 20.0
"""A factor between ends from which a scale is logarithmic."""
_FAR = 4.0
"""So many times as far from the median as the best is, a number is drawn at the edge."""
_PANEL, _ROW, _PANELS = 300, 270, 3
_COLUMN = 150


@dataclass(frozen=True)
class Column:
    """A parameter and its value in every setting."""

    name: str
    values: Sequence[object]
    words: Sequence[str]
    """The values as they are written."""

    @cached_property
    def _distinct(self) -> dict[str, object]:
        found = dict(zip(self.words, self.values, strict=True))
        if self._numeric:
            return dict(sorted(found.items(), key=lambda item: float(item[1])))  # type: ignore[arg-type]
        return found

    @property
    def _numeric(self) -> bool:
        return all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in self.values)

    @property
    def few(self) -> bool:
        """Whether each value is named; words always are."""
        return len(self._distinct) <= FEW or not self._numeric

    @property
    def places(self) -> Float[ndarray, " settings"]:
        """Where the values lie, from 0 to 1."""
        if self.few:
            order = list(self._distinct)
            last = max(1, len(order) - 1)
            return np.array([order.index(word) / last for word in self.words])
        values = np.array(self.values, float)
        if values.min() > 0 and values.max() / values.min() >= _WIDE:
            values = np.log(values)
        return (values - values.min()) / np.ptp(values)

    @property
    def ticks(self) -> dict[float, str]:
        """What is written where: each of few values, else both ends."""
        written = dict(zip(self.places.tolist(), self.words, strict=True))
        return written if self.few else {place: written[place] for place in (0.0, 1.0)}


@styled
def draw_effects(
    columns: Sequence[Column],
    means: Float[ndarray, " settings"],
    spreads: Float[ndarray, " settings"],
    quantity: tuple[str, str],
    *,
    dpi: int,
) -> Figure:
    """A panel for each parameter: a dot for each setting, and the median of each of few values.

    Args:
        columns: the parameters.
        means: the number of each setting, its mean over seeds.
        spreads: its standard deviation over seeds, drawn as a bar; NaN of one seed.
        quantity: what the number is, and its unit, if any.
        dpi: pixels an inch.
    """
    rows = math.ceil(len(columns) / _PANELS)
    width = 66 + _PANEL * min(len(columns), _PANELS)
    title = f"What each parameter does to {quantity[0]}"
    sheet = Sheet(width, 44 + _ROW * rows, dpi, title)
    low, high = _limits(means)
    for i, column in enumerate(columns):
        row, place = divmod(i, _PANELS)
        axes = sheet.axes(66 + _PANEL * place, 66 + _ROW * row, _PANEL - 55, _ROW - 72)
        inside = np.clip(means, low, high)
        axes.errorbar(
            *(column.places, inside, np.nan_to_num(spreads)),
            fmt="o",
            ms=4,
            color=FAINT,
            ecolor=FAINT,
            elinewidth=0.8,
            alpha=0.8,
        )
        outside = inside != means
        axes.plot(column.places[outside], inside[outside], "v", color=DARK, ms=6, clip_on=False)
        if column.few:
            _draw_medians(axes, column, means)
        room = (_PANEL - 55) / max(1, len(column.ticks) - 1)
        axes.set_xticks(
            list(column.ticks), [fit(word, min(room, 90), 8) for word in column.ticks.values()]
        )
        axes.set(xlim=(-0.08, 1.08), ylim=(low, high))
        axes.set_title(fit(column.name, _PANEL - 55, 9.5), loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#eeeeee")
        if place == 0:
            axes.set_ylabel(quantity[1])
    return sheet.figure


def _draw_medians(axes: Axes, column: Column, means: Float[ndarray, " settings"]) -> None:
    ordered = sorted(column.ticks)
    medians = [np.median(means[np.isclose(column.places, place)]) for place in ordered]
    axes.plot(ordered, medians, "-o", color=DARK, lw=1.6, ms=5, zorder=3)


def _limits(means: Float[ndarray, " settings"]) -> tuple[float, float]:
    """Of the axis of the numbers, which leaves out what is far below most, as if it diverged."""
    middle, high = float(np.median(means)), float(means.max())
    low = max(float(means.min()), middle - _FAR * (high - middle))
    margin = 0.08 * (high - low) or 1.0
    return low - margin, high + margin


@styled
def draw_parallel(
    columns: Sequence[Column], means: Float[ndarray, " settings"], quantity: str, *, dpi: int
) -> Figure:
    """An axis for each parameter and one for the number, a line for each setting.

    The colour is the rank by the number, dark where it is low; the best is drawn in black.

    Args:
        columns: the parameters.
        means: the number of each setting, its mean over seeds.
        quantity: what the number is.
        dpi: pixels an inch.
    """
    low, high = _limits(means)
    inside = np.clip(means, low, high)
    ends = {0.0: f"{low:.4g}".replace("-", "−"), 1.0: f"{high:.4g}".replace("-", "−")}
    places = [*(column.places for column in columns), (inside - low) / (high - low)]
    names = [*(column.name for column in columns), quantity]
    ticks = [*(column.ticks for column in columns), ends]
    title = "Every setting, a line each; the best is black"
    sheet = Sheet(60 + _COLUMN * len(names), 350, dpi, title)
    axes = sheet.axes(50, 76, _COLUMN * (len(names) - 1), 250)
    for i, (name, written) in enumerate(zip(names, ticks, strict=True)):
        axes.axvline(i, color="#bbbbbb", lw=0.8, zorder=0)
        axes.annotate(
            fit(name, _COLUMN - 12, 8, "bold"),
            *((i, 1), (0, 14)),
            textcoords="offset points",
            ha="center",
            size=8,
            weight="bold",
        )
        for place, word in written.items():
            axes.annotate(
                fit(word, _COLUMN - 30, 8),
                *((i, place), (5, 0)),
                textcoords="offset points",
                va="center",
                size=8,
                zorder=5,
                bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.7},
            )
    order = np.argsort(means)
    colours = mpl.colormaps["viridis"](np.linspace(0, 0.9, len(order)))
    for rank, setting in enumerate(order):
        best = rank == len(order) - 1
        axes.plot(
            range(len(places)),
            [place[setting] for place in places],
            color=DARK if best else colours[rank],
            lw=2.2 if best else 1.0,
            alpha=1.0 if best else 0.7,
            zorder=4 if best else 2,
        )
    axes.set(xticks=[], yticks=[], xlim=(-0.1, len(names) - 0.6), ylim=(-0.04, 1.04))
    axes.spines[:].set_visible(False)
    return sheet.figure
