"""Where the codes of a data set lie too dense or too sparse for the prior, and by how much."""

import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy import ndarray

from claims.aggregate.measure import ByChance, PriorCoverage, PriorMismatch
from figures.sheet import Sheet
from figures.style import INK, styled

_FOLD = 4  # the colours end at a fourth and at four times the prior
_SIDE = 290  # units of a panel
_COLUMNS = {  # of the table: heading, and where the column ends in units
    "I(n; z) of at most log N": 290,
    "KL(q(z) ‖ p(z))": 420,
    "mean KL term": 520,
    "holes": 600,
    "below half": 690,
    "unevenness": 790,
    "distance by axis": 920,
}


@styled
def draw(models: Mapping[str, PriorMismatch], *, title: str, dpi: int) -> Figure:
    """q(z) / p(z) on the unit square of every plane, one draw of the prior beside, all in numbers.

    Args:
        models: by name.
        title: names the data set.
        dpi: pixels an inch.
    """
    panels = {name: model.coverage for name, model in models.items() if model.coverage is not None}
    by_chance = next((m.by_chance for m in models.values() if m.by_chance is not None), None)
    if by_chance:
        panels["as many draws from the prior"] = by_chance.coverage
    top = 78 + (_SIDE + 70) * bool(panels)
    width = max(950, 60 + (_SIDE + 66) * len(panels) + 40)
    lines = len(models) + bool(by_chance)
    sheet = Sheet(width, top + 40 + 22 * lines, dpi, title)
    for i, (name, coverage) in enumerate(panels.items()):
        axes = sheet.axes(60 + (_SIDE + 66) * i, 70, _SIDE, _SIDE)
        image = _heat(axes, coverage)
        axes.set_title(name, loc="left")
        if i == len(panels) - 1:
            _key(sheet, image, 60 + (_SIDE + 66) * i + _SIDE + 20)
    _table(sheet, top, models, by_chance)
    return sheet.figure


def _heat(axes: Axes, coverage: PriorCoverage) -> AxesImage:
    """The ratio on the unit square, z₁ right and z₂ up; holes stand out."""
    # without the darkest blues, which one would take for holes
    shades = ListedColormap(colormaps["RdBu_r"](np.linspace(0.12, 0.88, 256)))
    ratio = np.ma.masked_equal(coverage.ratio, 0)
    image = axes.imshow(
        ratio,
        cmap=shades.with_extremes(bad=INK),
        norm=LogNorm(1 / _FOLD, _FOLD),
        extent=(0, 1, 0, 1),
        aspect="auto",
    )
    axes.set(xlabel="$Φ(z_1)$", ylabel="$Φ(z_2)$")
    return image


def _key(sheet: Sheet, image: AxesImage, left: float) -> None:
    """The scale of the colours, on a logarithmic scale around 1."""
    bar = sheet.figure.colorbar(image, cax=sheet.axes(left, 70, 12, _SIDE), extend="both")
    places = [1 / _FOLD, 0.5, 1, 2, _FOLD]
    bar.set_ticks(places, labels=["¼", "½", "1", "2", "4"])
    bar.minorticks_off()
    bar.outline.set_visible(False)
    bar.ax.set_title("q / p", size=8)
    sheet.text(left, 70 + _SIDE + 12, "black: hole,\nno code", size=8, va="top", linespacing=1.4)


def _table(
    sheet: Sheet, top: float, models: Mapping[str, PriorMismatch], by_chance: ByChance | None
) -> None:
    for heading, right in _COLUMNS.items():
        sheet.text(right, top, heading, ha="right", va="top", size=8, color="#777777")
    rows = {name: _numbers(mismatch) for name, mismatch in models.items()}
    if by_chance:
        even = [*_evenness(by_chance.coverage), _span(by_chance.distance)]
        rows["the prior, by chance"] = ["", "", "", *even]
    for i, (name, cells) in enumerate(rows.items()):
        place = top + 22 * (i + 1)
        sheet.text(22, place, name, va="top", weight="bold")
        for cell, right in zip(cells, _COLUMNS.values(), strict=True):
            sheet.text(right, place, cell, ha="right", va="top")


def _numbers(mismatch: PriorMismatch) -> list[str]:
    kl, information, marginal, error = mismatch.surgery
    return [
        f"{information:.2f} of {math.log(mismatch.codes):.2f}",
        f"{'≤ ' if mismatch.saturated else ''}{marginal:.2f} ± {error:.2f}",
        f"{kl:.2f}",
        *_evenness(mismatch.coverage),
        _span(mismatch.distance),
    ]


def _span(distance: Float[ndarray, " latent"]) -> str:
    return f"{distance.min():.3f} to {distance.max():.3f}"


def _evenness(coverage: PriorCoverage | None) -> list[str]:
    if coverage is None:
        return ["–"] * 3
    return [f"{coverage.empty:.1%}", f"{coverage.sparse:.1%}", f"{coverage.divergence:.3f}"]


def caption(models: Mapping[str, PriorMismatch]) -> str:
    """How the KL term divides, and how much of the prior no code covers."""
    return (
        "A decoder learns from codes of q(z), the mixture of all posteriors, while samples are "
        "decoded from the prior p(z). In probability, Φ(z), the prior is even: red cells hold more "
        "codes than it says, blue ones fewer, and black ones, the holes, none: a prior sample "
        "there is decoded from where no test image's code fell. The mean KL term of the ELBO is "
        "the sum of I(n; z), the mutual information of an image's index and its code, at most "
        "log N, and of KL(q(z) ‖ p(z)), the mismatch with the prior. Unevenness is the KL of the "
        "cells to an even square, in nats, above 0 by chance, too; the distance is Kolmogorov's, "
        "of Φ(z) on one axis to even. "
        + " ".join(_found(name, mismatch) for name, mismatch in models.items())
    )


def _found(name: str, mismatch: PriorMismatch) -> str:
    kl, information, marginal, _ = mismatch.surgery
    found = (
        f"In {name}, the KL term of {kl:.2f} nats is {information:.2f} of information and "
        f"{marginal:.2f} of mismatch"
    )
    if mismatch.saturated:
        found += (
            f"; but of {mismatch.codes:,} codes the information is at most "
            f"{math.log(mismatch.codes):.2f}, so this mismatch is an upper bound: more images "
            "would lower it"
        )
    if mismatch.coverage is not None and mismatch.by_chance is not None:
        holes, by_chance = mismatch.coverage.empty, mismatch.by_chance.coverage.empty
        more = "more than" if holes > by_chance else "no more than"
        found += (
            f"; {holes:.1%} of the prior falls into holes, {more} the {by_chance:.1%} of chance"
        )
    return f"{found}."
