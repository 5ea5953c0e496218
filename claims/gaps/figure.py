"""Where the ELBO's gap to log p(x) comes from, and how importance sampling closes it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from claims.gaps.measure import GapSummary
from claims.numbers import number
from figures.sheet import Sheet
from figures.style import FAINT, INK, styled
from figures.text import beside_rows

_APPROXIMATION, _AMORTISATION, _DEFENSIVE = "#9ec3e6", "#1f5f99", "#e08a3c"
_ROW = 19  # units a bar
_ALL = "all images"

Bar = tuple[str, float, float]
"""A name, and the two parts of a mean gap: amortisation and approximation."""


@styled
def draw(
    models: Mapping[str, GapSummary], *, class_names: Sequence[str], title: str, dpi: int
) -> Figure:
    """A row for each model: its gap by class in two parts, and the estimate as samples are added.

    Args:
        models: by name.
        class_names: one a class.
        title: names the data set.
        dpi: pixels an inch.
    """
    names = beside_rows([_ALL, *class_names])
    rows = {name: _rows(summary, names.texts[1:]) for name, summary in models.items()}
    left = 34 + max(6.2 * max(map(len, names.texts)), names.room)
    height = max(190, _ROW * max(map(len, rows.values())))
    sheet = Sheet(left + 820, 60 + (height + 84) * len(models), dpi, title)
    reach = 1.12 * max(0.1, *(sum(parts) for bars in rows.values() for _, *parts in bars))
    for i, (name, summary) in enumerate(models.items()):
        top = 76 + (height + 84) * i
        axes = sheet.axes(left, top, 380, height)
        _bars(axes, rows[name], reach)
        axes.set_title(f"{name}: what the ELBO misses of log p(x)", loc="left")
        if i == 0:
            axes.legend(
                frameon=False, loc="lower right", bbox_to_anchor=(1, 1.08), ncols=2, fontsize=8
            )
        axes = sheet.axes(left + 460, top, 340, height)
        _approach(axes, summary)
        axes.set_title(f"{name}: log p(x) by k importance samples", loc="left")
    return sheet.figure


def _rows(summary: GapSummary, class_names: Sequence[str]) -> list[Bar]:
    """Name and mean parts of all images together, then of each class that has some."""
    members = [(_ALL, np.ones(len(summary.label), bool))]
    members += [(name, summary.label == label) for label, name in enumerate(class_names)]
    amortisation, approximation = summary.amortisation, summary.approximation
    return [
        (name, float(amortisation[which].mean()), float(approximation[which].mean()))
        for name, which in members
        if which.any()
    ]


def _bars(axes: Axes, rows: Sequence[Bar], reach: float) -> None:
    names, amortisation, approximation = zip(*rows, strict=True)
    places = np.arange(len(rows)) + 0.6 * (np.arange(len(rows)) > 0)  # the sum stands apart
    axes.barh(places, amortisation, 0.72, color=_AMORTISATION, label="amortisation")
    axes.barh(
        places,
        approximation,
        0.72,
        left=np.array(amortisation),
        color=_APPROXIMATION,
        label="approximation",
    )
    for place, *parts in zip(places, amortisation, approximation, strict=True):
        axes.annotate(
            f"{sum(parts):.1f}",
            (sum(parts), place),
            (4, 0),
            textcoords="offset points",
            va="center",
            size=8,
        )
    axes.set(xlim=(0, reach), ylim=(places[-1] + 0.6, -0.6), xlabel="nats per image")
    axes.set_yticks(places, names)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#eeeeee")


def _approach(axes: Axes, summary: GapSummary) -> None:
    """−log p(x) as estimated with more and more samples, above the two levels it passes."""
    axes.errorbar(
        summary.ks,
        -summary.estimates,
        yerr=summary.errors,
        color=_AMORTISATION,
        lw=1.4,
        marker="o",
        ms=4,
        capsize=3,
        label="all from q(z|x)",
    )
    several = summary.ks > 1  # a single sample is from q
    axes.plot(
        summary.ks[several],
        -summary.defensive[several],
        "s-",
        color=_DEFENSIVE,
        lw=1.4,
        ms=4,
        label=f"{summary.prior_share:.0%} from the prior",
    )
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    _levels(axes, summary)
    worst = -min(summary.estimates.min(), summary.defensive[several].min(initial=np.inf))
    highest = -summary.exact + max(summary.gap, worst + summary.exact)
    margin = 0.12 * (highest + summary.exact) + 0.05
    axes.set(ylim=(-summary.exact - 1.4 * margin, highest + margin), xlabel="k")
    axes.set_ylabel("−log p(x), nats per image")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")


def _levels(axes: Axes, summary: GapSummary) -> None:
    """The bound of the best Gaussian, and the truth, as lines across."""
    best = -summary.exact + float(summary.approximation.mean())
    levels = (
        (best, FAINT, "--", f"−ELBO(q*), the best Gaussian: {best:.2f}", (4, "bottom")),
        (-summary.exact, INK, "-", f"exact: {-summary.exact:.2f}", (-4, "top")),
    )
    for level, colour, dashes, words, (shift, side) in levels:
        axes.axhline(level, color=colour, lw=1, ls=dashes)
        axes.annotate(
            words,
            (0, level),
            (4, shift),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va=side,
            size=8,
            color="#777777" if colour == FAINT else INK,
        )


def caption(models: Mapping[str, GapSummary]) -> str:
    """Which part of the gap is larger, and how near the estimates come to log p(x)."""
    return (
        "With two latent axes log p(x) can be summed over the whole plane, so the ELBO can be held "
        "against the truth. Its gap has two parts. Approximation is lost because a posterior is no "
        "diagonal Gaussian: the best one, q*, found for each image by itself, still misses it. "
        "Amortisation is lost because one encoder must name q for all images at once. "
        + " ".join(_found(name, summary) for name, summary in models.items())
    )


def _found(name: str, summary: GapSummary) -> str:
    amortisation = float(summary.amortisation.mean())
    approximation = float(summary.approximation.mean())
    larger = "more" if amortisation > approximation else "no more"
    found = (
        f"In {name}, over {len(summary.label):,} test images, {summary.gap:.2f} nats are missing: "
        f"{approximation:.2f} by approximation and {larger} than that, {amortisation:.2f}, by "
        "amortisation"
    )
    if summary.gap >= 0.1:
        found += f"; a tenth of the images hold {summary.worst(0.1):.0%} of it all"
    return f"{found}. {_estimate(summary)} {_defensive(summary)}"


def _estimate(summary: GapSummary) -> str:
    """How near the estimate of the most samples comes."""
    short, error = summary.exact - summary.estimates[-1], summary.errors[-1]
    estimate = f"The importance-weighted estimate with {summary.ks[-1]:,} samples"
    if abs(short) <= max(0.01, 2 * error):
        return f"{estimate} agrees with the truth, {abs(short):.2f} nats away."
    if short < 0:
        return f"{estimate} is {-short:.2f} nats above the truth."
    found = (
        f"{estimate} is {short:.2f} nats below the truth, though its own standard error is "
        f"{error:.2f}"
    )
    if abs(summary.exact - summary.defensive[-1]) < 0.5 * short:
        found += ": where q misses the posterior, its samples cannot show what they miss"
    return f"{found}."


def _defensive(summary: GapSummary) -> str:
    """How near defensive sampling comes, with some and with all images."""
    exact, estimate = summary.all_exact, summary.all_defensive
    return (
        f"With {summary.prior_share:.0%} of them from the prior it is "
        f"{abs(summary.exact - summary.defensive[-1]):.2f} nats away, and "
        f"{abs(exact - estimate):.2f} over the whole test set ({number(estimate, '.2f')} against "
        f"{number(exact, '.2f')}, {summary.all_images:,} images)."
    )
