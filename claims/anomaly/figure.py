"""How well each score tells images of a class held out of training from all others."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from claims.anomaly.measure import CORRECTED, ELBO, RECONSTRUCTION, RELATIVE
from figures.sheet import Sheet
from figures.style import FAINT, INK, listed, styled

MEAN = "mean"
"""Names the row of the means, also among published values."""

Aurocs = Mapping[str, Float[ndarray, " classes"]]
"""Of every class held out, by the score's name; NaN for a class without images."""

Pairs = Mapping[tuple[str, str], Mapping[str, float]]
"""AUROC by the score's name of telling the second data set from the first, which trained."""

_ROW = 34
# blue: corrected by the entropy; round: the whole bound; then the lane within a row
_LOOK = {
    ELBO: ("#a8a8a8", "o", -0.3),
    CORRECTED: ("#9ec3e6", "o", -0.1),
    RELATIVE: ("#1f5f99", "o", 0.1),
    RECONSTRUCTION: ("#a8a8a8", "D", 0.3),
}


@styled
def draw(
    aurocs: Aurocs,
    *,
    class_names: Sequence[str],
    published: Mapping[str, float],
    pairs: Pairs,
    title: str,
    dpi: int,
) -> Figure:
    """A row for each class held out and one for the mean; below, rows for pairs of data sets.

    Args:
        aurocs: by the names of `vae.anomaly.scores`.
        class_names: one a class.
        published: others' values by class name or `MEAN`, drawn hollow; may be empty.
        pairs: of data sets; may be empty.
        title: names model and data set.
        dpi: pixels an inch.
    """
    rows = [*class_names, MEAN]
    values = {name: np.append(column, np.nanmean(column)) for name, column in aurocs.items()}
    lowest = min(
        np.nanmin([*values.values()]),
        *(value for pair in pairs.values() for value in pair.values()),
        *published.values(),
        0.3,
    )
    shown = [f"trained on {trained},\nshown {new}" for trained, new in pairs]
    longest = max(len(line) for name in [*rows, *shown] for line in name.splitlines())
    left, height, below = 34 + 6.2 * longest, _ROW * len(rows), 1.5 * _ROW * len(pairs)
    gap = 60 if pairs else 0
    sheet = Sheet(left + 520 + 24, 96 + height + gap + below + 52, dpi, title)

    axes = sheet.axes(left, 96, 520, height)
    _dots(axes, rows, values)
    axes.axhline(len(class_names) - 0.5, color="#dddddd", lw=0.8, zorder=0)
    axes.get_yticklabels()[-1].set_fontweight("bold")
    known = [(published[name], row) for row, name in enumerate(rows) if name in published]
    if known:
        axes.plot(*zip(*known, strict=True), "s", mfc="none", mec=INK, ms=8, label="published")
    axes.set_title("the class held out", loc="left", pad=26)
    axes.legend(
        frameon=False,
        fontsize=8,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(aurocs) + bool(known),
        borderpad=0.2,
        handletextpad=0.2,
        columnspacing=1.2,
    )
    _scale(axes, lowest)
    if pairs:
        axes.set(xlabel="", xticklabels=[])
        axes = sheet.axes(left, 96 + height + gap, 520, below)
        columns = {name: np.array([pair[name] for pair in pairs.values()]) for name in aurocs}
        _dots(axes, shown, columns)
        axes.set_title("another data set", loc="left")
        _scale(axes, lowest)
    return sheet.figure


def _dots(axes: Axes, rows: Sequence[str], values: Aurocs) -> None:
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


def caption(
    aurocs: Aurocs,
    *,
    class_names: Sequence[str],
    published: Mapping[str, float],
    pairs: Pairs,
) -> str:
    """Which score tells best, what the correction changes, which classes pass for normal."""
    raw, corrected = aurocs[ELBO], aurocs[RELATIVE]
    means = {name: float(np.nanmean(column)) for name, column in aurocs.items()}
    best = max(means, key=means.__getitem__)
    gain = corrected - raw
    most = int(np.nanargmax(np.abs(gain)))
    worst = int(np.nanargmin(corrected))
    blind = [name for name, value in zip(class_names, raw, strict=True) if value < 0.5]
    return (
        "A model is trained without one class and asked which test images are strange. AUROC is "
        "the chance that an image of the class it never saw scores higher than one of the others. "
        f"−ELBO reaches {means[ELBO]:.3f} in the mean{_published(published)}; less the image's own "
        f"entropy, which no model can undercut on grey pixels, {means[CORRECTED]:.3f}; as a "
        f"multiple of that entropy {means[RELATIVE]:.3f}. The multiple changes {class_names[most]} "
        f"most, from {raw[most]:.2f} to {corrected[most]:.2f}. {_blind(blind)} With it the hardest "
        f"is {class_names[worst]} ({corrected[worst]:.2f}). Best in the mean is {best} "
        f"({means[best]:.3f})." + "".join(f" {_pair(name, pair)}" for name, pair in pairs.items())
    )


def _published(published: Mapping[str, float]) -> str:
    return f" (published: {published[MEAN]:.3f})" if MEAN in published else ""


def _blind(blind: Sequence[str]) -> str:
    if not blind:
        return "Without it no class scores below chance."
    verb = "pass" if len(blind) > 1 else "passes"
    return f"Without it {listed(blind)} {verb} for more normal than the rest."


def _pair(names: tuple[str, str], pair: Mapping[str, float]) -> str:
    trained, new = names
    return (
        f"Trained on {trained} and shown {new}, −ELBO reaches {pair[ELBO]:.2f}, less H(x) "
        f"{pair[CORRECTED]:.2f}, as a multiple {pair[RELATIVE]:.2f}."
    )
