"""Which axis knows which factor: what each axis decodes to beside what it knows, and the hues."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from claims.numbers import number
from claims.shapes.measure import Found, Measured
from figures.sheet import Sheet, mosaic, tile_centres, zoom
from figures.style import FAINT, INK, listed, styled
from figures.table import SHADES
from vae.shapes import Factors, colour

_COLUMN, _LEFT, _TOP, _HUES = 46, 78, 44, 210
_HEADING, _BELOW, _BETWEEN = 50, 62, 24
_TABLE = _COLUMN * len(Factors._fields)
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class _Block(NamedTuple):
    """What is drawn of a model, with its extent in units of 1/100 inch."""

    axes: UInt8[ndarray, "h w 3"]
    """A row of pictures for each."""
    plane: UInt8[ndarray, "h w 3"]
    unit: float
    """Of a pixel of these two."""

    @property
    def strip(self) -> float:
        """The width of the rows."""
        return self.axes.shape[1] * self.unit

    @property
    def rows(self) -> float:
        """Their height."""
        return self.axes.shape[0] * self.unit

    @property
    def width(self) -> float:
        """Of all."""
        hues = _LEFT + self.strip + 16 + _TABLE + 54
        return hues + _HUES + _BETWEEN + self.plane.shape[1] * self.unit + 20

    @property
    def height(self) -> float:
        """Of all."""
        return _HEADING + max(self.rows, self.plane.shape[0] * self.unit, _HUES) + _BELOW


@styled
def draw(
    measured: Measured, betas: Mapping[str, float], *, limit: float, title: str, dpi: int
) -> Figure:
    """A block for each model: its axes decoded, their share of each factor, and its hues.

    Args:
        measured: of every model.
        betas: β of each.
        limit: the axes are decoded from −limit to limit.
        title: names the data set.
        dpi: pixels an inch.
    """
    scale = zoom(next(iter(measured.models.values())).plane.shape[2:], dpi, 34)
    blocks = {
        name: _Block(mosaic(found.pictures, 1), mosaic(found.plane, 1), scale * 100 / dpi)
        for name, found in measured.models.items()
    }
    width = max(block.width for block in blocks.values())
    sheet = Sheet(width, _TOP + sum(block.height for block in blocks.values()), dpi, title)
    top: float = _TOP
    for name, block in blocks.items():
        found = measured.models[name]
        sheet.text(14, top + 6, _heading(name, betas[name], found), weight="bold", va="center")
        start, left = top + _HEADING, _LEFT + block.strip + 16
        axes = sheet.picture(_LEFT, start, block.axes, scale)
        names = [f"$z_{{{i + 1}}}$   {kl:.2f}" for i, kl in zip(found.axis, found.kl, strict=True)]
        axes.set_yticks(tile_centres(len(names), block.axes.shape[0]), names)
        axes.tick_params(length=0)
        axes.set_title(f"each axis from −{limit:g} to {limit:g}; its KL in nats", loc="left")
        _table(sheet.axes(left, start, _TABLE, block.rows), found)
        left += _TABLE + 54
        _hues(sheet.axes(left, start, _HUES, _HUES), measured.hue, found)
        axes = sheet.picture(left + _HUES + _BETWEEN, start, block.plane, scale)
        axes.set_title("what these two axes decode to", loc="left")
        top += block.height
    return sheet.figure


def _heading(name: str, beta: float, found: Found) -> str:
    told = ", ".join(f"{key} {number(value, '.2f')}" for key, value in found.scores.items())
    return f"{name}:  β = {beta:g}, {found.active} of {len(found.axis)} axes active;  {told}"


def _table(axes: Axes, found: Found) -> None:
    """The share that each axis knows of each factor, the largest of a factor in bold; its MIG."""
    known, rows = found.known, len(found.known)
    axes.imshow(known, cmap=SHADES, vmin=0, vmax=1, aspect="auto")
    best = known == known.max(axis=0)
    for (row, column), share in np.ndenumerate(known):
        axes.text(
            column,
            row,
            f"{100 * share:.0f}",
            ha="center",
            va="center",
            size=8,
            weight="bold" if best[row, column] else "normal",
            color="white" if share > 0.6 else INK if share >= 0.1 else FAINT,
        )
    for column, gap in enumerate(found.mig):
        axes.annotate(
            number(gap, ".2f"),
            (column, rows - 0.5),
            (0, -12),
            textcoords="offset points",
            ha="center",
            size=8,
            annotation_clip=False,
        )
    axes.annotate(
        "MIG of each",
        (len(Factors._fields) - 0.5, rows - 0.5),
        (0, -26),
        textcoords="offset points",
        ha="right",
        size=8,
        annotation_clip=False,
    )
    axes.set_xticks(range(len(Factors._fields)), Factors._fields)
    axes.set_yticks([])
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)
    axes.set_title("% of a factor that the axis knows", loc="left", pad=18)


def _hues(axes: Axes, hue: Float[ndarray, " n"], found: Found) -> None:
    """Every test image where the two axes put it, in its own hue, and one image going round."""
    right, up = found.hue_axes
    x, y = found.places.T
    axes.scatter(x, y, c=colour(hue), s=5, linewidths=0)
    for width, ink in ((3.0, "white"), (1.2, INK)):
        axes.plot(*found.circle.T, color=ink, lw=width)
    axes.set_aspect("equal", "datalim")
    axes.set(xlabel=f"$z_{{{right + 1}}}$", ylabel=f"$z_{{{up + 1}}}$")
    axes.set_title("test images in their own hue", loc="left")


def caption(measured: Measured, betas: Mapping[str, float]) -> str:
    """Which axes found which factors, how separate they are, and what became of the hue."""
    models = measured.models
    found = " ".join(_found(name, of) for name, of in models.items())
    return (
        f"{listed(Factors._fields).capitalize()} made each image, evenly and independently, so "
        "what an axis stands for is no matter of taste. Left, one axis at a time, decoded, the "
        "others at 0; beside it, how much of each factor the axis knows: their mutual information "
        "over the factor's entropy, which chance alone raises to a few percent. MIG is the lead "
        "of the axis that knows most over the second; D says whether an axis serves one factor "
        "only, C whether a factor needs one axis only, I how well all axes together predict a "
        f"factor (R²), each 1 at best. {found} {_hue(models)}{_effect(models, betas)}"
    )


def _found(name: str, found: Found) -> str:
    """The axis that knows most of each factor."""
    best = found.known.argmax(axis=0)
    told = [
        f"{factor} {_axis(int(found.axis[row]))} ({found.known[row, column]:.0%})"
        for column, (factor, row) in enumerate(zip(Factors._fields, best, strict=True))
    ]
    return f"In {name} most is known of {listed(told)}."


def _hue(models: Mapping[str, Found]) -> str:
    """How much of the hue the two best axes know."""
    column = Factors._fields.index("hue")
    told = []
    for name, found in models.items():
        shares = np.sort(found.known[:, column])[::-1][:2]
        r2 = found.r2[column]
        told.append(f"{' and '.join(f'{share:.0%}' for share in shares)} in {name} (R² {r2:.2f})")
    return (
        "A hue lies on a circle, and no single axis can hold one without a cut: the two axes that "
        f"know most of it know {listed(told)}. Right, all test images on these two, in their own "
        "hue; the line is one disc whose hue goes once round."
    )


def _effect(models: Mapping[str, Found], betas: Mapping[str, float]) -> str:
    """What the largest β did to the scores of the smallest."""
    low, high = min(betas, key=betas.__getitem__), max(betas, key=betas.__getitem__)
    if betas[low] == betas[high]:
        return ""
    before, after = (models[name].scores for name in (low, high))
    moves = [f"{key} went from {before[key]:.2f} to {after[key]:.2f}" for key in before]
    return (
        f" From β = {betas[low]:g} to β = {betas[high]:g} {listed(moves)}. Another seed can move a "
        "score as much as β does (Locatello et al. 2019)."
    )


def _axis(axis: int) -> str:
    return f"z{axis + 1}".translate(_SUBSCRIPTS)
