"""Does the encoder doubt the images that a classifier doubts: σ beside entropy and errors."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from claims.doubt.measure import Correlation, Doubts
from figures.sheet import WHITE, Sheet, mosaic, zoom
from figures.style import FAINT, INK, palette, styled
from vae.codes import Codes, posterior_std

_IN_CLASS = "#1f5f99"


@styled
def draw(
    x: UInt8[ndarray, "n *image"],
    codes: Codes,
    probabilities: Float[ndarray, "n classes"],
    doubts: Doubts,
    *,
    class_names: Sequence[str],
    example: int,
    strip: int,
    title: str,
    dpi: int,
) -> Figure:
    """Entropy and errors by σ, correlations within the classes, and the extremes of one class.

    Args:
        x: test images.
        codes: theirs.
        probabilities: that the classifier gives their classes.
        doubts: of `vae.doubt.compare_doubts`.
        class_names: one a class.
        example: the class whose surest and most doubtful images are shown.
        strip: how many of each, at most.
        title: names model and data set.
        dpi: pixels an inch.
    """
    members = np.flatnonzero(codes.label == example)
    ranked = members[posterior_std(codes)[members].argsort(kind="stable")]
    shown = ranked[:strip], ranked[::-1][:strip]
    scale = zoom(x.shape[1:], dpi, 56)
    gap = max(1, round(0.04 * dpi / scale))
    unit = 100 / dpi * scale  # of an image pixel
    height, step = x.shape[1] * unit, (x.shape[2] + gap) * unit
    rows = max(250, 21 * (len(class_names) + 1))
    long = 6.2 * max(map(len, [*class_names, "all images"]))
    right = 62 + 330 + 40 + long
    below = 62 + rows + 84
    width = max(right + 400, 62 + strip * step + 20)
    sheet = Sheet(width, below + 2 * (height + 62) - 18, dpi, title)

    panel = (rows - 40) / 2
    panels = {
        "the classifier's entropy, nats": (doubts.entropy, doubts.entropy_in_class),
        "its errors, %": (100 * doubts.error, 100 * doubts.error_in_class),
    }
    for i, (name, lines) in enumerate(panels.items()):
        axes = sheet.axes(62, 62 + i * (panel + 40), 330, panel)
        _by_rank(axes, *lines)
        axes.set_title(name, loc="left")
        if i == 0:
            axes.set_xticklabels([])
            axes.legend(frameon=False, fontsize=8, loc="upper left", ncols=2, borderpad=0)
        else:
            axes.set_xlabel(f"images by σ, in {len(doubts.error)} equal parts, from sure to unsure")

    axes = sheet.axes(right, 62, width - right - 20, rows)
    _correlations(axes, doubts, class_names)

    colours = palette(len(class_names))
    name = class_names[example]
    for i, (which, word) in enumerate(zip(shown, ("smallest", "largest"), strict=True)):
        top = below + i * (height + 62)
        sheet.text(62, top - 8, f"{name}: the {word} σ", size=9.5, va="bottom")
        if not len(which):
            continue
        sheet.picture(62, top, mosaic(x[which][None], gap, WHITE), scale)
        for j, p in enumerate(probabilities[which]):
            middle, read = 62 + j * step + x.shape[2] * unit / 2, int(p.argmax())
            style = {"ha": "center", "va": "top", "size": 7.5}
            sheet.text(
                middle,
                top + height + 3,
                class_names[read][:5],
                weight="bold",
                color=colours[read],
                **style,
            )
            sheet.text(middle, top + height + 15, f"{p[read]:.2f}", **style)
    return sheet.figure


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


def _correlations(axes: Axes, doubts: Doubts, class_names: Sequence[str]) -> None:
    names = ["all images", *class_names]
    colours = [INK, *palette(len(class_names))]
    found = [doubts.overall, *doubts.within]
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
    axes.set_title("does a wider σ go with a more doubtful image?", loc="left")


def caption(doubts: Doubts, *, class_names: Sequence[str], example: int) -> str:
    """What goes with σ, overall, within the classes, and in the example's."""
    known = [c for c in doubts.within if np.isfinite(c.rho)]
    more = sum(c.low > 0 for c in known)
    less = sum(c.high < 0 for c in known)
    first, last = doubts.error_in_class[[0, -1]]
    return (
        "σ is the encoder's own doubt, entropy that of a classifier which never saw the model. "
        f"Over all images their rank correlation is {_number(doubts.overall.rho)}, but that also "
        "compares classes, and σ depends on where in the latent space a class lies. Within a class "
        f"it is positive beyond chance for {more} of {len(known)} classes and negative for {less}. "
        f"{_verdict(doubts.within[example], class_names[example])} Among the images of widest σ of "
        f"their class the classifier errs on {last:.1%}, among those of narrowest on {first:.1%}. "
        "Below, the extremes of that class, with the class that the classifier reads and the "
        "probability it gives it."
    )


def _verdict(found: Correlation, name: str) -> str:
    interval = f"ρ = {_number(found.rho)}, {_number(found.low)} to {_number(found.high)}"
    if np.isnan(found.rho):
        return f"Of {name} there are too few images to tell."
    if found.low > 0:
        size = "slightly, " if found.rho < 0.2 else ""
        return f"A dubious {name} does have the wider posterior, {size}by {interval}."
    if found.high < 0:
        return f"A dubious {name} has the narrower posterior here, not the wider: {interval}."
    return f"That a dubious {name} has a wider posterior does not show here: {interval}."


def _number(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
