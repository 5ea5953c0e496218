"""Is the class decoupled from z: probes, each class's place in the plane, and classes on demand."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy import ndarray

from claims.decoupling.measure import Gaussians, Probes
from figures.plane import frame, label_classes
from figures.sheet import Sheet
from figures.style import FAINT, palette, styled
from figures.table import margins, table

_STRONG, _WEAK = "#1f5f99", "#9ec3e6"


@styled
def draw(
    probes: Mapping[str, Probes],
    gaussians: Mapping[str, Gaussians],
    divergences: Mapping[str, Float[ndarray, " classes"]],
    confusion: Float[ndarray, "classes classes"],
    *,
    class_names: Sequence[str],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """Above, the classes' 1σ ellipses in each latent plane; below, probes and classes on demand.

    Args:
        probes: of each model.
        gaussians: of each model with a latent plane.
        divergences: from the prior, of the same models' classes, in nats.
        confusion: class asked of the conditional model by class read.
        class_names: one a class.
        limit: of the latent frame.
        title: names the data set.
        dpi: pixels an inch.
    """
    plane, classes = 400, len(class_names)
    cell = float(np.clip(300 / classes, 14, 30))
    beside, above = margins(class_names)
    columns = max(2, len(gaussians))
    left, top = 54 + plane + 46 + max(beside, 20), 62 + plane + 76 if gaussians else 54
    width = max(54 + columns * (plane + 66) - 46, left + max(classes * cell, 330) + 20)
    height = max(18 + above + classes * cell, 80 + 60 * len(probes))
    sheet = Sheet(width, top + height + 20, dpi, title)

    for i, (model, gaussian) in enumerate(gaussians.items()):
        axes = sheet.axes(54 + i * (plane + 66), 62, plane, plane)
        frame(axes, limit)
        _ellipses(axes, gaussian, class_names)
        mean = np.nanmean(divergences[model])
        axes.set_title(f"{model}: 1σ of each class, {mean:.2f} nats from the prior", loc="left")

    axes = sheet.axes(94, top + 19, plane - 40, 60 * len(probes))
    _accuracies(axes, probes)
    agree = np.nanmean(np.diag(confusion))
    words = f"class asked (row) and class read (column), %: {agree:.1%} agree"
    sheet.text(54 + plane + 66, top, words, size=9.5, va="top")
    axes = sheet.axes(left, top + 18 + above, classes * cell, classes * cell)
    table(axes, confusion, class_names, largest=1)
    return sheet.figure


def _ellipses(axes: Axes, gaussians: Gaussians, class_names: Sequence[str]) -> None:
    for mean, covariance, colour in zip(*gaussians, palette(len(class_names)), strict=True):
        if not np.isfinite(mean).all():
            continue
        variances, directions = np.linalg.eigh(covariance)
        angle = np.degrees(np.arctan2(*directions[::-1, 0]))
        size = 2 * np.sqrt(variances)
        axes.add_patch(
            Ellipse(tuple(mean), *size, angle=angle, fc=(*colour, 0.06), ec=colour, lw=1.8)
        )
    label_classes(axes, gaussians.mean, np.arange(len(class_names)), class_names)


def _accuracies(axes: Axes, probes: Mapping[str, Probes]) -> None:
    marks = (
        ("two-layer perceptron", "nonlinear", _STRONG, 8.0),
        ("linear", "linear", _WEAK, 6.5),
    )
    chance = 100 * max(probe.chance for probe in probes.values())
    for row, probe in enumerate(probes.values()):
        axes.plot([chance, 100 * probe.nonlinear], [row, row], color="#dddddd", lw=1.2, zorder=1)
    for name, key, colour, size in marks:
        values = [100 * getattr(probe, key) for probe in probes.values()]
        axes.plot(values, range(len(values)), "o", color=colour, ms=size, label=name)
    for row, probe in enumerate(probes.values()):
        axes.annotate(
            f"{probe.nonlinear:.1%}",
            (100 * probe.nonlinear, row),
            (0, 9),
            textcoords="offset points",
            ha="center",
            size=8,
            color=_STRONG,
            weight="bold",
        )
    axes.axvline(chance, color=FAINT, lw=1, ls=(0, (4, 3)), zorder=0)
    axes.annotate(
        f"chance {chance:.1f}%",
        (chance, len(probes) - 0.5),
        (4, 4),
        textcoords="offset points",
        size=8,
        color="#777777",
    )
    axes.set(xlim=(0, 103), ylim=(len(probes) - 0.5, -0.7))
    axes.set_yticks(range(len(probes)), list(probes))
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_title("the class as probes read it from z: accuracy, %", loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=2, bbox_to_anchor=(0, -0.12))


def caption(
    probes: Mapping[str, Probes],
    divergences: Mapping[str, Float[ndarray, " classes"]],
    confusion: Float[ndarray, "classes classes"],
    *,
    free: str,
    conditional: str,
) -> str:
    """How much of the class is in z without and with the class told.

    Args:
        probes: of at least the two models compared.
        divergences: of models with a latent plane.
        confusion: class asked by class read.
        free: the unconditional model of the comparison.
        conditional: the conditional one.
    """
    without, told = probes[free], probes[conditional]
    above, before = (100 * (probe.nonlinear - probe.chance) for probe in (told, without))
    return (
        "A conditional decoder is told the class, so z need not repeat it. A classifier finds the "
        f"class from z for {without.nonlinear:.1%} of the images of {free} and for "
        f"{told.nonlinear:.1%} of those of {conditional}; always guessing the largest class finds "
        f"{told.chance:.1%}. {_verdict(above, before, conditional)}"
        f"{_distances(divergences, free, conditional)} An ellipse is the Gaussian of a "
        "class's codes, at 1σ; the prior's is the unit circle around 0. Of "
        f"images decoded from prior z as a given class, {np.nanmean(np.diag(confusion)):.1%} are "
        "read as that class."
    )


def _verdict(above: float, before: float, conditional: str) -> str:
    if above < 1:
        return f"In {conditional} the class cannot be read from z."
    points = f"{above:.1f} points above that"
    if above < 0.25 * before:
        return f"In {conditional} most of the class is gone from z, yet not all: {points}."
    if above < before:
        return f"In {conditional} z still holds much of the class: {points}."
    return f"In {conditional} z holds the class no less: {points}."


def _distances(
    divergences: Mapping[str, Float[ndarray, " classes"]], free: str, conditional: str
) -> str:
    if not {free, conditional} <= divergences.keys():
        return ""
    without, told = (float(np.nanmean(divergences[model])) for model in (free, conditional))
    return (
        f" The classes' Gaussians are {without:.2f} nats from the prior (KL, mean over classes) in "
        f"{free} and {told:.2f} in {conditional}. The bound pays for such a distance nat for nat; "
        "part of what is left a probe can read, the rest is the misfit of all classes together."
    )
