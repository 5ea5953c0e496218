"""Latent planes of one network under several objectives, and what each pays.

The rate is KL(q(z | x) ‖ p(z)), the distortion −E log p(x | z); see `claims.planes.measure`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from claims.planes.caption import caption, cause, nats
from claims.planes.distortion import rate_distortion
from claims.planes.measure import Run, is_beta_sweep
from figures.plane import frame, label_classes, scatter
from figures.sheet import Sheet, mosaic, zoom
from figures.style import FAINT, INK, palette, styled, word_colour
from figures.text import beside_rows

__all__ = ["caption", "cause", "draw"]

_COLUMNS = (0, 65, 185, 265, 365, 480)  # where those of the table end
_LEFT, _BETWEEN, _CURVE, _ROW = 48, 22, 290, 24


@styled
def draw(
    runs: Sequence[Run], *, class_names: Sequence[str], limit: float, title: str, dpi: int
) -> Figure:
    """A column for each run, manifold above codes in one frame; below, rate against distortion.

    Args:
        runs: in order; of β, if they differ in it alone.
        class_names: one a class.
        limit: of the latent frame.
        title: names the data set.
        dpi: pixels an inch.
    """
    sweep = is_beta_sweep(runs)
    names = {run.name: f"β = {run.beta:g}" if sweep else run.name for run in runs}
    scale = zoom(runs[0].manifold.shape[2:], dpi, 24)
    height, width = (side * scale / dpi * 100 for side in mosaic(runs[0].manifold).shape[:2])
    plane, top = max(width, 170), 66 if sweep else 82
    codes, panel = top + height + _BETWEEN + 2, 2 * plane + _BETWEEN
    curve = codes + plane + 92
    right = _LEFT + panel + 34 + 6.5 * max(map(len, names.values()))
    columns = _LEFT + len(runs) * (plane + _BETWEEN)
    sheet = Sheet(max(columns, right + _COLUMNS[-1] + 20), curve + _CURVE + 56, dpi, title)
    for i, run in enumerate(runs):
        left = _LEFT + i * (plane + _BETWEEN)
        axes = sheet.picture(left, top, mosaic(run.manifold), scale)
        axes.set_title(names[run.name], loc="left", weight="bold", pad=6 if sweep else 18)
        if not sweep:
            sheet.text(left, top - 6, run.objective, va="bottom", size=8, color="#777777")
        axes = sheet.axes(left, codes, plane, plane)
        _codes(axes, run, class_names, limit)
        if i > 0:
            axes.set(ylabel="", yticklabels=[])
    rate_distortion(sheet.axes(_LEFT + 14, curve, panel - 14, _CURVE), runs, names)
    _numbers(sheet, runs, names, right, curve, limit)
    if not _short(class_names):
        _key(sheet, class_names, right - 8, curve + _ROW * (len(runs) + 2))
    return sheet.figure


def _codes(axes: Axes, run: Run, class_names: Sequence[str], limit: float) -> None:
    frame(axes, limit, named=False)
    scatter(axes, run.codes, run.label, len(class_names), size=1)
    if _short(class_names):
        label_classes(axes, run.codes, run.label, class_names)
    axes.set_title(f"{run.outside(limit):.1%} beyond ±{limit:g}", loc="left", size=8, pad=3)
    ticks = np.linspace(-limit, limit, 5)
    axes.set(xticks=ticks, yticks=ticks)
    axes.tick_params(labelsize=7)


def _short(class_names: Sequence[str]) -> bool:
    """Whether the names can stand on planes as small as these."""
    return max(map(len, class_names)) <= 2


def _numbers(
    sheet: Sheet,
    runs: Sequence[Run],
    names: Mapping[str, str],
    left: float,
    top: float,
    limit: float,
) -> None:
    """A small table beside the curve; the best −ELBO is bold."""
    best = max(runs, key=lambda run: run.elbo)
    columns = _COLUMNS[: 5 + any(run.exact is not None for run in runs)]
    heads = ("", "KL", "−reconstruction", "−ELBO", f"beyond ±{limit:g}", "exact −log p(x)")
    rows = [heads, *((names[run.name], *_cells(run, limit)) for run in runs)]
    for row, cells in enumerate(rows):
        style = {
            "color": INK if row else FAINT,
            "weight": "bold" if row and runs[row - 1] is best else "normal",
        }
        for cell, column in zip(cells, columns, strict=False):
            sheet.text(left + column, top + _ROW * row, cell, ha="right", va="top", **style)


def _cells(run: Run, limit: float) -> tuple[str, ...]:
    return (
        f"{run.kl:.1f}",
        nats(-run.reconstruction),
        nats(-run.elbo),
        f"{run.outside(limit):.1%}",
        "–" if run.exact is None else nats(-run.exact),
    )


def _key(sheet: Sheet, class_names: Sequence[str], left: float, top: float) -> None:
    """The classes' names in their colours, in columns."""
    names = beside_rows(class_names, 8, "bold")
    step = 24 + names.room
    columns = max(1, int(_COLUMNS[-1] / step))
    for i, (name, colour) in enumerate(zip(names.texts, palette(len(class_names)), strict=True)):
        row, column = divmod(i, columns)
        style = {"color": word_colour(colour), "weight": "bold", "size": 8, "va": "top"}
        sheet.text(left + column * step, top + 20 * row, name, **style)
