"""Revisions in one picture: their validation curves, and their parameters as parallel lines."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from figures.sheet import Sheet
from figures.style import palette, styled
from figures.text import fit

Curve = Sequence[tuple[float, float]]
"""Epochs and validation ELBOs."""

_LEGEND_ROOM, _COLUMN_ROOM = 112, 70
"""Of a revision's name in a legend: of one column, of several."""


@styled
def draw_curves(curves: Mapping[str, Mapping[str, Curve]], *, dpi: int) -> Figure:
    """A panel for each model: −ELBO of the held-out images by epoch, a line for each revision.

    Args:
        curves: of each revision, of each model: epoch and validation ELBO.
        dpi: pixels an inch.
    """
    models = list(dict.fromkeys(model for revision in curves.values() for model in revision))
    sheet = Sheet(30 + 330 * len(models), 340, dpi, "−ELBO of the held-out images, nats per image")
    for i, model in enumerate(models):
        axes = sheet.axes(60 + 330 * i, 64, 255, 220)
        settled: list[float] = []
        for (name, revision), colour in zip(curves.items(), palette(len(curves)), strict=True):
            if curve := revision.get(model):
                epochs, elbos = zip(*curve, strict=True)
                label = fit(name, _LEGEND_ROOM, 8)
                axes.plot(epochs, [-elbo for elbo in elbos], color=colour, lw=1.6, label=label)
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
    """An axis for each parameter or number, a line for each revision; every axis has its range."""
    columns = max(3, len(values))
    height = 400 + 18 * -(-len(names) // columns)
    sheet = Sheet(20 + 150 * columns, height, dpi, "Parameters and bounds of every revision")
    axes = sheet.axes(80, 116, 150 * (len(values) - 1), 230)
    lines = []
    for i, (key, column) in enumerate(values.items()):
        low, high = min(column), max(column)
        lines.append((np.array(column) - low) / (high - low))
        axes.axvline(i, color="#bbbbbb", lw=0.8, zorder=0)
        for place, value in ((0, low), (1, high)):
            axes.annotate(
                f"{value:.5g}",
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
    for name, colour, line in zip(names, palette(len(names)), np.array(lines).T, strict=True):
        label = fit(name, _COLUMN_ROOM, 8)
        axes.plot(range(len(values)), line, color=colour, lw=1.8, marker="o", ms=4, label=label)
    axes.set(xticks=[], yticks=[], xlim=(-0.1, len(values) - 0.9), ylim=(-0.02, 1.02))
    axes.spines[:].set_visible(False)
    axes.legend(
        frameon=False, loc="upper left", bbox_to_anchor=(0, -0.1), ncols=columns, fontsize=8
    )
    return sheet.figure
