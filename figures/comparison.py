"""Revisions in one picture: their validation curves, and their parameters as parallel lines."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures.sheet import Sheet
from figures.style import FAINT, palette, styled
from figures.text import fit

Curve = Sequence[tuple[float, float]]
"""Epochs and validation ELBOs."""

COLOURED = 8
"""So many names, the first ones, have a colour; the lines of the others are faint."""

_LEGEND_ROOM, _COLUMN_ROOM = 112, 70
"""Of a revision's name in a legend: of one column, of several."""


@styled
def draw_curves(curves: Sequence[Mapping[str, Curve]], names: Sequence[str], *, dpi: int) -> Figure:
    """A panel for each model: −ELBO of the held-out images by epoch, a line for each revision.

    Args:
        curves: of each revision, of each model: epoch and validation ELBO.
        names: of the revisions; those with the same name share a colour.
        dpi: pixels an inch.
    """
    models = list(dict.fromkeys(model for revision in curves for model in revision))
    sheet = Sheet(30 + 330 * len(models), 340, dpi, "−ELBO of the held-out images, nats per image")
    for i, model in enumerate(models):
        axes = sheet.axes(60 + 330 * i, 64, 255, 220)
        settled: list[float] = []
        for revision, look in zip(curves, _looks(names, _LEGEND_ROOM), strict=True):
            if curve := revision.get(model):
                epochs, elbos = zip(*curve, strict=True)
                axes.plot(epochs, [-elbo for elbo in elbos], **look)
                if look["color"] != FAINT or not settled:
                    settled += [-elbo for elbo in elbos[len(elbos) // 10 :]]
        margin = 0.05 * (max(settled) - min(settled)) + 0.1
        axes.set_ylim(min(settled) - margin, max(settled) + margin)
        axes.set_title(fit(model, 255, 9.5), loc="left")
        axes.set_xlabel("epoch")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#eeeeee")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.legend(frameon=False, loc="upper right", fontsize=8)
    return sheet.figure


@styled
def draw_parallel(
    values: Mapping[str, Sequence[float]], names: Sequence[str], *, dpi: int
) -> Figure:
    """An axis for each parameter or number, a line for each revision; every axis has its range.

    Revisions with the same name share a colour.
    """
    columns = max(3, len(values))
    height = 400 + 18 * -(-min(len(set(names)), COLOURED + 1) // columns)
    sheet = Sheet(20 + 150 * columns, height, dpi, "Parameters and bounds of every revision")
    axes = sheet.axes(80, 116, 150 * (len(values) - 1), 230)
    lines = []
    for i, (key, column) in enumerate(values.items()):
        low, high = min(column), max(column)
        lines.append((np.array(column) - low) / (high - low))
        axes.axvline(i, color="#bbbbbb", lw=0.8, zorder=0)
        for place, value in ((0, low), (1, high)):
            axes.annotate(
                f"{value:.5g}".replace("-", "−"),
                (i, place),
                (0, 6 if place else -6),
                textcoords="offset points",
                ha="center",
                va="bottom" if place else "top",
                size=8,
            )
        axes.annotate(
            key.replace(".", ".\n"),
            (i, 1),
            (0, 20),
            textcoords="offset points",
            ha="center",
            size=8,
            weight="bold",
        )
    for look, line in zip(_looks(names, _COLUMN_ROOM), np.array(lines).T, strict=True):
        axes.plot(range(len(values)), line, marker="o", ms=4, **look)
    axes.set(xticks=[], yticks=[], xlim=(-0.1, len(values) - 0.9), ylim=(-0.02, 1.02))
    axes.spines[:].set_visible(False)
    axes.legend(
        frameon=False, loc="upper left", bbox_to_anchor=(0, -0.1), ncols=columns, fontsize=8
    )
    return sheet.figure


def _looks(names: Sequence[str], room: float) -> Iterator[dict[str, Any]]:
    """How the line of each revision is drawn, and what stands in the legend for it."""
    distinct = list(dict.fromkeys(names))
    colours = dict(zip(distinct, palette(min(len(distinct), COLOURED)), strict=False))
    labels = {name: fit(name, room, 8) for name in colours} | {None: "others"}
    for name in names:
        if name in colours:
            yield {"color": colours[name], "lw": 1.7, "label": labels.pop(name, None)}
        else:
            look = {"color": FAINT, "lw": 0.7, "alpha": 0.6, "zorder": 1}
            yield look | {"label": labels.pop(None, None)}
