"""Where the codes of a data set lie too thick or too thin for the prior, and by how much in all."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, LogNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy import ndarray

from claims.aggregate.measure import Cover, Surgery
from figures.sheet import Sheet
from figures.style import INK, styled

_FOLD = 4  # the colours end at a fourth and at four times the prior
_SIDE = 290  # units of a panel
_COLUMNS = {  # of the table: heading, and where the column ends in units
    "nats told of the image": 290,
    "KL(q(z) ‖ p(z))": 420,
    "mean KL term": 520,
    "holes": 600,
    "below half": 690,
    "unevenness": 790,
    "distance by axis": 920,
}


class Chance(NamedTuple):
    """What draws from the prior differ from it by chance."""

    cover: Cover
    distance: Float[ndarray, " latent"]
    """Kolmogorov–Smirnov distance on each axis."""


class Misfit(NamedTuple):
    """What `vae.aggregate` says of one model's codes."""

    codes: int
    """Their number N."""
    surgery: Surgery
    distance: Float[ndarray, " latent"]
    """Kolmogorov–Smirnov distance on each axis."""
    cover: Cover | None
    """Of a plane's samples; None for a model of other dimension."""
    baseline: Chance | None
    """The same of as many draws from the prior."""

    @property
    def crowded(self) -> bool:
        """Whether the codes tell almost all of log N, so that N is too few for KL(q(z) ‖ p(z))."""
        return self.surgery.information > 0.9 * math.log(self.codes)


@styled
def draw(models: Mapping[str, Misfit], *, title: str, dpi: int) -> Figure:
    """q(z) / p(z) on the unit square of every plane, one draw of the prior beside, all in numbers.

    Args:
        models: by name.
        title: names the data set.
        dpi: pixels an inch.
    """
    panels = {name: misfit.cover for name, misfit in models.items() if misfit.cover is not None}
    by_chance = next((m.baseline for m in models.values() if m.baseline is not None), None)
    if by_chance:
        panels["as many draws from the prior"] = by_chance.cover
    top = 78 + (_SIDE + 70) * bool(panels)
    width = max(950, 60 + (_SIDE + 66) * len(panels) + 40)
    lines = len(models) + bool(by_chance)
    sheet = Sheet(width, top + 40 + 22 * lines, dpi, title)
    for i, (name, cover) in enumerate(panels.items()):
        axes = sheet.axes(60 + (_SIDE + 66) * i, 70, _SIDE, _SIDE)
        image = _heat(axes, cover)
        axes.set_title(name, loc="left")
        if i == len(panels) - 1:
            _key(sheet, image, 60 + (_SIDE + 66) * i + _SIDE + 20)
    _table(sheet, top, models, by_chance)
    return sheet.figure


def _heat(axes: Axes, cover: Cover) -> AxesImage:
    """The ratio on the unit square, z₁ right and z₂ up; holes stand out."""
    # without the darkest blues, which one would take for holes
    shades = ListedColormap(colormaps["RdBu_r"](np.linspace(0.12, 0.88, 256)))
    ratio = np.ma.masked_equal(cover.ratio, 0)
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
    sheet: Sheet, top: float, models: Mapping[str, Misfit], by_chance: Chance | None
) -> None:
    for heading, right in _COLUMNS.items():
        sheet.text(right, top, heading, ha="right", va="top", size=8, color="#777777")
    rows = {name: _numbers(misfit) for name, misfit in models.items()}
    if by_chance:
        even = [*_evenness(by_chance.cover), _span(by_chance.distance)]
        rows["the prior, by chance"] = ["", "", "", *even]
    for i, (name, cells) in enumerate(rows.items()):
        place = top + 22 * (i + 1)
        sheet.text(22, place, name, va="top", weight="bold")
        for cell, right in zip(cells, _COLUMNS.values(), strict=True):
            sheet.text(right, place, cell, ha="right", va="top")


def _numbers(misfit: Misfit) -> list[str]:
    kl, information, marginal, error = misfit.surgery
    return [
        f"{information:.2f} of {math.log(misfit.codes):.2f}",
        f"{'≤ ' if misfit.crowded else ''}{marginal:.2f} ± {error:.2f}",
        f"{kl:.2f}",
        *_evenness(misfit.cover),
        _span(misfit.distance),
    ]


def _span(distance: Float[ndarray, " latent"]) -> str:
    return f"{distance.min():.3f} to {distance.max():.3f}"


def _evenness(cover: Cover | None) -> list[str]:
    if cover is None:
        return ["–"] * 3
    return [f"{cover.empty:.1%}", f"{cover.sparse:.1%}", f"{cover.divergence:.3f}"]


def caption(models: Mapping[str, Misfit]) -> str:
    """What the misfit shows."""
    return (
        "A decoder learns from codes of q(z), the mixture of all posteriors, and is asked for "
        "samples from the prior p(z). In probability, Φ(z), the prior is even: red cells hold more "
        "codes than it says, blue ones fewer, and black ones none: there a sample is decoded from "
        "where no test image's fell. The mean KL term of the ELBO is what a code tells of which "
        "image it belongs to, at most log N, and KL(q(z) ‖ p(z)), the misfit. "
        "Unevenness is the KL of the cells to an even square, in nats, which chance alone lifts "
        "above 0; the distance is Kolmogorov's, of Φ(z) on one axis to even. "
        + " ".join(_found(name, misfit) for name, misfit in models.items())
    )


def _found(name: str, misfit: Misfit) -> str:
    kl, information, marginal, _ = misfit.surgery
    words = (
        f"In {name}, {information:.2f} of {kl:.2f} nats tell images apart and {marginal:.2f} are "
        "misfit"
    )
    if misfit.crowded:
        words += (
            f"; but {misfit.codes:,} codes cannot tell more than {math.log(misfit.codes):.2f}, so "
            "that this misfit is an upper bound: with more images it would shrink"
        )
    if misfit.cover is not None and misfit.baseline is not None:
        more = "more than" if misfit.cover.empty > misfit.baseline.cover.empty else "no more than"
        words += (
            f"; {misfit.cover.empty:.1%} of the prior falls into holes, {more} the "
            f"{misfit.baseline.cover.empty:.1%} of chance"
        )
    return words + "."
