"""What the latent axes stand for: their rank correlation with measured shape, and how separate."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray
from scipy.stats import rankdata

from claims.factors.measure import LatentAxes
from claims.factors.morphology import Factors
from claims.numbers import number
from figures.plane import frame
from figures.sheet import Sheet
from figures.style import FAINT, INK, listed, styled
from vae.disentanglement import Scores

_SIGNED, _RANKS = "RdBu_r", "viridis"
_COLUMN, _ROW, _PLANE, _HEADING = 164, 22, 142, 40
_HEXAGONS = 32
_SHORT = ("MIG", "SAP", "D", "C", "I")
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


class Shown(NamedTuple):
    """A model of the figure."""

    axes: LatentAxes
    beta: float
    """β, the weight of the KL in its objective."""
    conditional: bool

    @property
    def is_plane(self) -> bool:
        """Whether there is a latent plane to draw."""
        return self.axes.mean.shape[1] == 2 and len(self.axes.active) > 0

    @property
    def height(self) -> float:
        """In units: heading, table, plane, and a gap below."""
        plane = _PLANE + 56 if self.is_plane else 0
        return _HEADING + _ROW * len(self.axes.active) + plane + 26


@styled
def draw(
    models: Mapping[str, Shown], factors: Factors, *, limit: float, title: str, dpi: int
) -> Figure:
    """A table of ρ for each model, a plane model's plane coloured by each factor, all the scores.

    Args:
        models: by name, from top to bottom.
        factors: of the images that the posterior means are of.
        limit: of the latent frame.
        title: names the data set.
        dpi: pixels an inch.
    """
    left = max(64, 22 + 6.4 * max(map(len, models)))
    width = _COLUMN * len(factors)
    height = 44 + sum(model.height for model in models.values()) + 44 + _ROW * len(models) + 22
    sheet = Sheet(left + width + 84, height, dpi, title)
    top = 44.0
    for name, model in models.items():
        rows, table = len(model.axes.active), top + _HEADING
        sheet.text(14, top + 8, _heading(name, model), weight="bold", va="center")
        if rows:
            sheet.text(left + width, top + 8, "Spearman's ρ", ha="right", va="center", color=FAINT)
            _heat_map(sheet.axes(left, table, width, _ROW * rows), model.axes)
        if model.is_plane:
            _planes(sheet, left, table + _ROW * rows + 14, model.axes.mean, factors, limit)
        top += model.height
    sheet.text(14, top + 8, "scores, 1 at best", weight="bold", va="center")
    axes = sheet.axes(left, top + _HEADING, width, _ROW * len(models))
    _score_table(axes, {name: model.axes.scores for name, model in models.items()})
    return sheet.figure


def _heading(name: str, model: Shown) -> str:
    used, all_axes = len(model.axes.active), model.axes.mean.shape[1]
    count = (
        f"{used} of {all_axes} axes active" if used < all_axes else f"{all_axes} axes, all active"
    )
    return f"{name}:  β = {model.beta:g}, {count}"


def _heat_map(axes: Axes, found: LatentAxes) -> None:
    """Signed colours, a number in each cell, the strongest axis of each factor in bold."""
    rho = found.correlation
    axes.imshow(rho, cmap=_SIGNED, vmin=-1, vmax=1, aspect="auto")
    strongest = np.abs(rho) == np.abs(rho).max(axis=0)
    _cells(axes, rho, bold=strongest, dark=np.abs(rho) > 0.6)
    _label(axes, Factors._fields, [f"$z_{{{axis + 1}}}$" for axis in found.active])


def _score_table(axes: Axes, scores: Mapping[str, Scores]) -> None:
    """A row for each model; the best of each column in bold."""
    table = np.array(list(scores.values()))
    axes.set(xlim=(-0.5, len(_SHORT) - 0.5), ylim=(len(table) - 0.5, -0.5))
    best = (table == table.max(axis=0)) & (len(table) > 1)
    _cells(axes, table, bold=best, dark=np.zeros_like(best))
    for row in range(len(table) + 1):
        axes.axhline(row - 0.5, color="#dddddd", lw=0.8, clip_on=False)
    names = ["disentanglement D", "completeness C", "informativeness I"]
    _label(axes, ["MIG", "SAP", *names], list(scores))


def _cells(
    axes: Axes,
    table: Float[ndarray, "rows columns"],
    *,
    bold: Bool[ndarray, "rows columns"],
    dark: Bool[ndarray, "rows columns"],
) -> None:
    for (row, column), value in np.ndenumerate(table):
        axes.text(
            column,
            row,
            _number(value),
            ha="center",
            va="center",
            size=8.5,
            weight="bold" if bold[row, column] else "normal",
            color="white" if dark[row, column] else INK,
        )


def _label(axes: Axes, columns: Sequence[str], rows: Sequence[str]) -> None:
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)


def _planes(
    sheet: Sheet,
    left: float,
    top: float,
    mean: Float[ndarray, "n 2"],
    factors: Factors,
    limit: float,
) -> None:
    """The plane under each column: the mean rank of the images in every hexagon."""
    margin = (_COLUMN - _PLANE) / 2
    for column, values in enumerate(factors):
        axes = sheet.axes(left + column * _COLUMN + margin, top, _PLANE, _PLANE)
        drawn = axes.hexbin(
            mean[:, 0],
            mean[:, 1],
            C=rankdata(values) / len(values),
            gridsize=_HEXAGONS,
            extent=(-limit, limit, -limit, limit),
            cmap=_RANKS,
            vmin=0,
            vmax=1,
            linewidths=0.2,
        )
        frame(axes, limit)
        axes.set(xticks=(-limit, 0, limit), yticks=(-limit, 0, limit))
        if column:
            axes.set(yticklabels=[], ylabel="")
    bar = sheet.axes(left + len(factors) * _COLUMN + 6, top, 9, _PLANE)
    colours = sheet.figure.colorbar(drawn, cax=bar, ticks=[0, 0.5, 1])
    colours.ax.set_yticklabels(["least", "median", "most"])
    colours.ax.set_title("mean rank", loc="left", size=8, pad=9)
    colours.ax.tick_params(length=0)
    colours.outline.set_visible(False)


def caption(models: Mapping[str, Shown]) -> str:
    """Which axis follows the slant, how closely, and how the scores differ with β."""
    found = ", ".join(_slant(name, model) for name, model in models.items())
    sentences = [
        "Five measures of each test image's shape, made without labels, and their rank correlation "
        "(Spearman's ρ) with every active axis, largest KL first; the strongest of each column is "
        f"bold. The slant is followed most by {found}."
    ]
    if any(model.is_plane for model in models.values()):
        sentences.append(
            "A plane is drawn once for each factor, coloured by the mean rank of the images at a "
            "place: a factor with an axis for its own changes along it and not across, one that "
            "goes with the class lies in patches; and two axes cannot keep five factors apart."
        )
    sentences.append(
        "MIG and SAP say how far the best axis for a factor is ahead of the second, in information "
        "and in R²; D whether an axis serves one factor only, C whether a factor needs one axis "
        "only, I how well all axes together predict a factor (R²)."
    )
    sentences += _effects(models)
    return " ".join(sentences)


def _slant(name: str, model: Shown) -> str:
    rho = np.abs(model.axes.correlation[:, Factors._fields.index("slant")])
    if not len(rho):
        return f"none in {name}, which uses no axis"
    closely = "closely" if rho.max() >= 0.7 else "loosely" if rho.max() >= 0.4 else "hardly"
    axis = f"z{model.axes.active[rho.argmax()] + 1}".translate(_SUBSCRIPTS)
    return f"{axis} in {name} ({closely}, |ρ| = {rho.max():.2f})"


def _effects(models: Mapping[str, Shown]) -> list[str]:
    """A sentence for each kind of model that is there with more than one β, and a warning."""
    kinds: dict[tuple[int, bool], list[str]] = {}
    for name in sorted(models, key=lambda name: models[name].beta):
        model = models[name]
        kinds.setdefault((model.axes.mean.shape[1], model.conditional), []).append(name)
    pairs = [(names[0], names[-1]) for names in kinds.values()]
    effects = [
        f"From β = {models[low].beta:g} ({low}) to β = {models[high].beta:g} ({high}) "
        f"{_changes(models[low].axes.scores, models[high].axes.scores)}."
        for low, high in pairs
        if models[low].beta < models[high].beta
    ]
    if effects:
        effects.append("Another seed can move a score as much as β does (Locatello et al. 2019).")
    return effects


def _changes(before: Scores, after: Scores) -> str:
    """Which scores rose, fell and stayed, of those rounded as they are printed."""
    moves: dict[str, list[str]] = {"rose": [], "fell": [], "stayed": []}
    for name, was, now in zip(_SHORT, np.round(before, 2), np.round(after, 2), strict=True):
        move = "rose" if now > was else "fell" if now < was else "stayed"
        steps = _number(was) if now == was else f"{_number(was)} → {_number(now)}"
        moves[move].append(f"{name} ({steps})")
    return ", ".join(f"{listed(names)} {move}" for move, names in moves.items() if names)


def _number(value: float) -> str:
    return number(round(value, 2) + 0.0, ".2f")  # adding 0 turns −0 into 0
