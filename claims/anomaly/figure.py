"""How well each score ranks images of a class held out of training above all others."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from claims.anomaly.measure import (
    CORRECTED,
    ELBO,
    RECONSTRUCTION,
    RELATIVE,
    Anomalies,
    OtherData,
    Scores,
)
from figures.sheet import Sheet
from figures.style import FAINT, INK, listed, styled
from figures.text import beside_rows

MEAN = "mean"
"""Names the row of the means, also among published values."""

_ROW, _WIDTH, _TOP, _GAP = 34, 520, 96, 60
# blue: corrected by the entropy; round: the whole bound; then the lane within a row
_LOOK = {
    ELBO: ("#a8a8a8", "o", -0.3),
    CORRECTED: ("#9ec3e6", "o", -0.1),
    RELATIVE: ("#1f5f99", "o", 0.1),
    RECONSTRUCTION: ("#a8a8a8", "D", 0.3),
}


@styled
def draw(
    found: Anomalies,
    *,
    class_names: Sequence[str],
    published: Mapping[str, float],
    title: str,
    dpi: int,
) -> Figure:
    """A row for each class held out and one for the mean; below, rows for other data sets.

    Args:
        found: what was measured.
        class_names: one a class.
        published: values of −ELBO by class name or `MEAN`, drawn hollow; may be empty.
        title: names model and data set.
        dpi: pixels an inch.
    """
    names = beside_rows(class_names)
    shown = [f"trained on {pair.trained_on},\nshown {pair.shown}" for pair in found.other_data]
    longest = max(len(line) for row in [*names.texts, MEAN, *shown] for line in row.splitlines())
    left, height = 34 + max(6.2 * longest, names.room), _ROW * (len(class_names) + 1)
    below, gap = 1.5 * _ROW * len(shown), _GAP * bool(shown)
    sheet = Sheet(left + _WIDTH + 24, _TOP + height + gap + below + 52, dpi, title)
    lowest = _lowest(found, published)

    axes = sheet.axes(left, _TOP, _WIDTH, height)
    rows = {name: np.append(column, np.nanmean(column)) for name, column in found.held_out.items()}
    _dots(axes, [*names.texts, MEAN], rows)
    _publish(axes, [*class_names, MEAN], published)
    axes.set_title("the class held out", loc="left", pad=26)
    _legend(axes, len(rows) + bool(published))
    _scale(axes, lowest)
    if shown:
        axes.set(xlabel="", xticklabels=[])
        axes = sheet.axes(left, _TOP + height + gap, _WIDTH, below)
        pairs = [pair.auroc for pair in found.other_data]
        _dots(axes, shown, {name: np.array([pair[name] for pair in pairs]) for name in rows})
        axes.set_title("another data set", loc="left")
        _scale(axes, lowest)
    return sheet.figure


def _lowest(found: Anomalies, published: Mapping[str, float]) -> float:
    """Of all AUROCs that are drawn."""
    return min(
        np.nanmin([*found.held_out.values()]),
        *(value for pair in found.other_data for value in pair.auroc.values()),
        *published.values(),
        0.3,
    )


def _publish(axes: Axes, rows: Sequence[str], published: Mapping[str, float]) -> None:
    """Hollow marks in their rows, the mean's set off by a line and bold."""
    axes.axhline(len(rows) - 1.5, color="#dddddd", lw=0.8, zorder=0)
    axes.get_yticklabels()[-1].set_fontweight("bold")
    known = [(published[name], row) for row, name in enumerate(rows) if name in published]
    if known:
        axes.plot(*zip(*known, strict=True), "s", mfc="none", mec=INK, ms=8, label="published")


def _legend(axes: Axes, columns: int) -> None:
    axes.legend(
        frameon=False,
        fontsize=8,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        borderpad=0.2,
        handletextpad=0.2,
        columnspacing=1.2,
    )


def _dots(axes: Axes, rows: Sequence[str], values: Scores) -> None:
    for name, column in values.items():
        colour, mark, place = _LOOK[name]
        size = 5.5 if mark == "o" else 4
        axes.plot(
            column,
            np.arange(len(rows)) + place,
            mark,
            color=colour,
            ms=size,
            mew=0,
            label=name,
            clip_on=False,
        )
    axes.set(ylim=(len(rows) - 0.5, -0.5))
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(color="#eeeeee")


def _scale(axes: Axes, lowest: float) -> None:
    axes.axvline(0.5, color=FAINT, lw=1, ls=(0, (4, 3)), zorder=0)
    axes.set(
        xlim=(max(0, np.floor(20 * lowest) / 20), 1.005), xlabel="AUROC; at ½ the score is blind"
    )


def caption(found: Anomalies, *, class_names: Sequence[str], published: Mapping[str, float]) -> str:
    """Which score ranks best, what the correction changes, which classes rank as normal."""
    plain, relative = found.held_out[ELBO], found.held_out[RELATIVE]
    means = {name: float(np.nanmean(column)) for name, column in found.held_out.items()}
    best = max(means, key=means.__getitem__)
    most = int(np.nanargmax(np.abs(relative - plain)))
    hardest = int(np.nanargmin(relative))
    below = [name for name, value in zip(class_names, plain, strict=True) if value < 0.5]
    return (
        "A model is trained without one class and scores all test images. AUROC is the chance that "
        "an image of the class it never saw scores higher than one of the others. −ELBO reaches "
        f"{means[ELBO]:.3f} in the mean{_published(published)}; less the image's own entropy H(x), "
        "below which −ELBO cannot fall on levels between 0 and 1, "
        f"{means[CORRECTED]:.3f}; divided by 1 + H(x), {means[RELATIVE]:.3f}. The division changes "
        f"{class_names[most]} most, from {plain[most]:.2f} to {relative[most]:.2f}. "
        f"{_below_chance(below)} With it the hardest is {class_names[hardest]} "
        f"({relative[hardest]:.2f}). Best in the mean is {best} ({means[best]:.3f})."
    ) + "".join(f" {_pair(pair)}" for pair in found.other_data)


def _published(published: Mapping[str, float]) -> str:
    return f" (published: {published[MEAN]:.3f})" if MEAN in published else ""


def _below_chance(classes: Sequence[str]) -> str:
    if not classes:
        return "Without it no class scores below chance."
    verb = "rank" if len(classes) > 1 else "ranks"
    return f"Without it {listed(classes)} {verb} as more normal than the rest."


def _pair(pair: OtherData) -> str:
    auroc = pair.auroc
    return (
        f"Trained on {pair.trained_on} and shown {pair.shown}, −ELBO reaches {auroc[ELBO]:.2f}, "
        f"less H(x) {auroc[CORRECTED]:.2f}, divided by 1 + H(x) {auroc[RELATIVE]:.2f}."
    )
