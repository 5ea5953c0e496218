"""Posterior standard deviation σ against a classifier's predictive entropy and its errors."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from claims.numbers import number
from claims.posterior_std.measure import Correlation, Measured, StdAgainstEntropy
from figures.sheet import WHITE, Sheet, mosaic, zoom
from figures.style import FAINT, INK, palette, styled, word_colour
from figures.text import beside_rows, fit, over_columns
from vae.files.dataset import LabelledImages

_IN_CLASS = "#1f5f99"
_LEFT, _TOP, _PANEL, _TILE = 62, 62, 330, 56
_UNDER: dict[str, Any] = {"ha": "center", "va": "top", "size": 7.5}


@styled
def draw(
    images: LabelledImages,
    measured: Measured,
    *,
    class_names: Sequence[str],
    example: int,
    strip: int,
    title: str,
    dpi: int,
) -> Figure:
    """Entropy and errors by σ, correlations within the classes, and the extremes of one class.

    Args:
        images: of the test set.
        measured: of one model, on them.
        class_names: one a class.
        example: the class whose images of the smallest and the largest σ are shown.
        strip: how many of each, at most.
        title: names model and data set.
        dpi: pixels an inch.
    """
    shown = _extremes(images.y, measured.std, example, strip)
    predicted = [measured.probabilities[which].argmax(axis=1) for which in shown]
    strips = _Strips.of(
        images.image_shape, dpi, [class_names[c] for c in np.concatenate(predicted)]
    )
    comparison = measured.comparison
    rows = max(250, 21 * (len(class_names) + 1))
    names = beside_rows(["all images", *class_names])
    right = _LEFT + _PANEL + 40 + names.room
    below = _TOP + rows + 84
    width = max(right + 400, _LEFT + strip * strips.step + 20)
    sheet = Sheet(width, below + 2 * strips.height - 18, dpi, title)
    _by_std(sheet, comparison, rows)
    axes = sheet.axes(right, _TOP, width - right - 20, rows)
    _correlations(axes, comparison, names.texts)
    for i, (which, word) in enumerate(zip(shown, ("smallest", "largest"), strict=True)):
        top = below + i * strips.height
        heading = f"{fit(class_names[example], _PANEL, 9.5)}: the {word} σ"
        sheet.text(_LEFT, top - 8, heading, size=9.5, va="bottom")
        if len(which):
            picture = mosaic(images.x[which][None], strips.gap, WHITE)
            sheet.picture(_LEFT, top, picture, strips.scale)
            _predictions(sheet, top, measured.probabilities[which], class_names, strips)
    return sheet.figure


def _extremes(
    label: Int[ndarray, " n"], std: Float[ndarray, " n"], example: int, strip: int
) -> list[Int[ndarray, " shown"]]:
    """The images of one class of smallest σ, and those of largest σ, the most extreme first."""
    members = np.flatnonzero(label == example)
    ranked = members[std[members].argsort(kind="stable")]
    return [ranked[:strip], ranked[::-1][:strip]]


class _Strips(NamedTuple):
    """The measures of a row of images with two lines of words under it, in units."""

    scale: int
    """File pixels of an image pixel."""
    gap: int
    """Image pixels between images."""
    image: tuple[float, float]
    """Height and width of an image."""
    step: float
    """From an image to the next."""
    rotation: int
    """Of the words under the images: upright where one is wider than its image."""
    room: float
    """Height of those words."""

    @property
    def height(self) -> float:
        """From a row to the next."""
        return self.image[0] + self.room + 50

    @classmethod
    def of(cls, image_shape: Sequence[int], dpi: int, names: Sequence[str]) -> "_Strips":
        """The measures of rows of such images with such names under them."""
        scale = zoom(image_shape, dpi, _TILE)
        gap, unit = max(1, round(0.04 * dpi / scale)), 100 / dpi * scale
        step = (image_shape[1] + gap) * unit
        under = over_columns(names or [""], step, _UNDER["size"], "bold")
        image = image_shape[0] * unit, image_shape[1] * unit
        return cls(scale, gap, image, step, under.rotation, under.room)


def _predictions(
    sheet: Sheet,
    top: float,
    probabilities: Float[ndarray, "shown classes"],
    class_names: Sequence[str],
    strips: _Strips,
) -> None:
    """Under each image of a strip the probability of the predicted class, and its name."""
    height, width = strips.image
    colours = palette(len(class_names))
    predicted = probabilities.argmax(axis=1)
    names = over_columns([class_names[c] for c in predicted], strips.step, 7.5, "bold")
    for i, (c, text) in enumerate(zip(predicted, names.texts, strict=True)):
        middle, under = _LEFT + i * strips.step + width / 2, top + height + 3
        style = {"rotation": strips.rotation, "weight": "bold", **_UNDER}
        sheet.text(middle, under, f"{probabilities[i, c]:.2f}", **_UNDER)
        sheet.text(middle, under + 13, text, color=word_colour(colours[c]), **style)


def _by_std(sheet: Sheet, comparison: StdAgainstEntropy, rows: float) -> None:
    """Entropy and, below, errors, of equal parts of the images by their σ."""
    panel = (rows - 40) / 2
    entropy, error = (sheet.axes(_LEFT, _TOP + i * (panel + 40), _PANEL, panel) for i in (0, 1))
    _by_rank(entropy, comparison.entropy, comparison.entropy_in_class)
    entropy.set_title("the classifier's entropy, nats", loc="left")
    entropy.set_xticklabels([])
    entropy.legend(frameon=False, fontsize=8, loc="upper left", ncols=2, borderpad=0)
    _by_rank(error, 100 * comparison.error, 100 * comparison.error_in_class)
    error.set_title("its errors, %", loc="left")
    error.set_xlabel(f"images in {len(comparison.error)} equal parts, by σ from small to large")


def _by_rank(
    axes: Axes, among_all: Float[ndarray, " parts"], in_class: Float[ndarray, " parts"]
) -> None:
    places = np.arange(1, len(among_all) + 1)
    for values, colour, name in (
        (among_all, FAINT, "σ among all"),
        (in_class, _IN_CLASS, "σ within its class"),
    ):
        axes.plot(places, values, color=colour, label=name, lw=1.6, marker="o", ms=3.5)
    axes.set_xticks(places)
    top = max(among_all.max(), in_class.max())
    axes.set_ylim(0, 1.35 * top if top > 0 else 1)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")


def _correlations(axes: Axes, comparison: StdAgainstEntropy, names: Sequence[str]) -> None:
    """ρ and its interval of all images, then of each class."""
    colours = [INK, *palette(len(names) - 1)]
    found = [comparison.overall, *comparison.within]
    for row, (correlation, colour) in enumerate(zip(found, colours, strict=True)):
        rho, low, high = correlation
        axes.plot([low, high], [row, row], color=colour, lw=2.2, solid_capstyle="round")
        axes.plot(rho, row, "o", color=colour, ms=6)
    axes.axvline(0, color=FAINT, lw=0.9, zorder=1)
    axes.axhline(0.5, color="#eeeeee", lw=0.8, zorder=0)
    reach = 1.1 * np.nanmax(np.abs(found), initial=0.3)
    axes.set(xlim=(-reach, reach), ylim=(len(names) - 0.5, -0.5))
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#eeeeee")
    axes.set_xlabel("Spearman's ρ of σ and entropy, with 95% intervals")
    axes.set_title("does a larger σ go with a higher entropy?", loc="left")


def caption(comparison: StdAgainstEntropy, *, class_names: Sequence[str], example: int) -> str:
    """What goes with σ, overall, within the classes, and in the example's."""
    known = [c for c in comparison.within if np.isfinite(c.rho)]
    positive = sum(c.low > 0 for c in known)
    negative = sum(c.high < 0 for c in known)
    first, last = comparison.error_in_class[[0, -1]]
    return (
        "σ is the posterior standard deviation of an image's code, the geometric mean over the "
        "latent axes; the entropy is that of the class probabilities of a classifier which never "
        "saw the model. Over all images their rank correlation is "
        f"{_rho(comparison.overall.rho)}, but that also compares images of different classes, "
        "and classes may differ in both. "
        f"Within a class it is positive beyond chance for {positive} of {len(known)} classes and "
        f"negative for {negative}. {_verdict(comparison.within[example], class_names[example])} "
        f"The classifier errs on {last:.1%} of the images of largest σ in their class (one part of "
        f"{len(comparison.error)}) and on {first:.1%} of those of smallest. "
        "Below, the extremes of that class, with the classifier's prediction and its probability."
    )


def _verdict(found: Correlation, name: str) -> str:
    """Whether images of one class with a higher entropy have a larger σ."""
    interval = f"ρ = {_rho(found.rho)}, {_rho(found.low)} to {_rho(found.high)}"
    if np.isnan(found.rho):
        return f"Of class {name} there are too few images for a correlation."
    if found.low > 0:
        size = "slightly " if found.rho < 0.2 else ""
        return f"In class {name} a higher entropy does go with a {size}larger σ: {interval}."
    if found.high < 0:
        return f"In class {name} a higher entropy goes with a smaller σ: {interval}."
    return f"In class {name} no relation of entropy and σ shows: {interval}."


def _rho(value: float) -> str:
    return number(value, "+.2f")
