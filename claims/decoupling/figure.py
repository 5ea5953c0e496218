"""Is the class decoupled from z: probes, each class's place in the plane, and classes on demand."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse

from claims.decoupling.measure import Decoupling, Gaussians, Probes
from figures.plane import frame, label_classes
from figures.sheet import Sheet
from figures.style import FAINT, palette, styled
from figures.table import margins, table

_STRONG, _WEAK = "#1f5f99", "#9ec3e6"
_LEFT, _TOP, _PLANE, _BETWEEN = 54, 62, 400, 66


@styled
def draw(
    found: Decoupling, *, class_names: Sequence[str], limit: float, title: str, dpi: int
) -> Figure:
    """Above, the classes' 1σ ellipses in each latent plane; below, probes and classes on demand.

    Args:
        found: what was measured.
        class_names: one a class.
        limit: of the latent frame.
        title: names the data set.
        dpi: pixels an inch.
    """
    classes, probes, planes = len(class_names), len(found.probes), len(found.planes)
    cell = float(np.clip(300 / classes, 14, 30))
    beside, above = margins(class_names)
    left = _LEFT + _PLANE + 46 + max(beside, 20)
    top = _TOP + _PLANE + 76 if planes else 54
    columns = _LEFT + max(2, planes) * (_PLANE + _BETWEEN) - 46
    width = max(columns, left + max(classes * cell, 330) + 20)
    height = max(18 + above + classes * cell, 80 + 60 * probes)
    sheet = Sheet(width, top + height + 20, dpi, title)
    for i, (model, plane) in enumerate(found.planes.items()):
        axes = sheet.axes(_LEFT + i * (_PLANE + _BETWEEN), _TOP, _PLANE, _PLANE)
        frame(axes, limit)
        _ellipses(axes, plane.gaussians, class_names)
        mean = np.nanmean(plane.divergence)
        axes.set_title(f"{model}: 1σ of each class, {mean:.2f} nats from the prior", loc="left")
    axes = sheet.axes(94, top + 19, _PLANE - 40, 60 * probes)
    _accuracies(axes, found.probes)
    heading = f"class given (row) and predicted (column), %: {found.agreement:.1%} agree"
    sheet.text(_LEFT + _PLANE + _BETWEEN, top, heading, size=9.5, va="top")
    axes = sheet.axes(left, top + 18 + above, classes * cell, classes * cell)
    table(axes, found.confusion, class_names, largest=1)
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
    axes.set_title("the class as probes predict it from z: accuracy, %", loc="left")
    axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=2, bbox_to_anchor=(0, -0.12))


def caption(found: Decoupling) -> str:
    """How well the class is predicted from z, without and with the class given."""
    free, conditional = found.probes[found.free], found.probes[found.conditional]
    above, before = (100 * (probe.nonlinear - probe.chance) for probe in (conditional, free))
    return (
        "A conditional decoder is given the class, so z need not repeat it. A probe predicts the "
        f"class from z for {free.nonlinear:.1%} of the images of {found.free} and for "
        f"{conditional.nonlinear:.1%} of those of {found.conditional}; always predicting the "
        f"largest class is right for {conditional.chance:.1%}. "
        f"{_verdict(above, before, found.conditional)}{_distances(found)} An ellipse is the "
        "Gaussian of a class's codes, at 1σ; the prior's is the unit circle around 0. Of images "
        f"decoded from prior z as a given class, a classifier predicts that class for "
        f"{found.agreement:.1%}."
    )


def _verdict(above: float, before: float, conditional: str) -> str:
    if above < 1:
        return f"In {conditional} the class cannot be predicted from z."
    points = f"{above:.1f} points above that"
    if above < 0.25 * before:
        return f"In {conditional} most of the class is gone from z, yet not all: {points}."
    if above < before:
        return f"In {conditional} z still holds much of the class: {points}."
    return f"In {conditional} z holds the class no less: {points}."


def _distances(found: Decoupling) -> str:
    if not {found.free, found.conditional} <= found.planes.keys():
        return ""
    free, conditional = (
        float(np.nanmean(found.planes[model].divergence))
        for model in (found.free, found.conditional)
    )
    return (
        f" The classes' Gaussians are {free:.2f} nats from the prior (KL, mean over classes) in "
        f"{found.free} and {conditional:.2f} in {found.conditional}. Such a distance is a part of "
        "the KL term, whether it parts the classes or all of them share it."
    )
