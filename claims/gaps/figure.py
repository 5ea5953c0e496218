"""Where the ELBO's gap to the truth comes from, and how importance sampling closes it."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from claims.gaps.measure import GapSummary
from figures.sheet import Sheet
from figures.style import FAINT, INK, styled

_APPROXIMATION, _AMORTISATION, _DEFENDED = "#9ec3e6", "#1f5f99", "#e08a3c"
_ROW = 19  # units a bar


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
    rows = {name: _rows(split, class_names) for name, split in models.items()}
    left = 34 + 6.2 * max(map(len, ("all images", *class_names)))
    height = max(190, _ROW * max(map(len, rows.values())))
    sheet = Sheet(left + 820, 60 + (height + 84) * len(models), dpi, title)
    reach = 1.12 * max(0.1, *(sum(parts) for bars in rows.values() for _, *parts in bars))
    for i, (name, split) in enumerate(models.items()):
        top = 76 + (height + 84) * i
        axes = sheet.axes(left, top, 380, height)
        _bars(axes, rows[name], reach)
        axes.set_title(f"{name}: what the ELBO misses of log p(x)", loc="left")
        if i == 0:
            axes.legend(
                frameon=False, loc="lower right", bbox_to_anchor=(1, 1.08), ncols=2, fontsize=8
            )
        axes = sheet.axes(left + 460, top, 340, height)
        _approach(axes, split)
        axes.set_title(f"{name}: log p(x) by k importance samples", loc="left")
    return sheet.figure


def _rows(split: GapSummary, class_names: Sequence[str]) -> list[tuple[str, float, float]]:
    """Name and mean parts of all images together, then of each class that has some."""
    members = {"all images": np.ones(len(split.label), bool)}
    members |= {name: split.label == label for label, name in enumerate(class_names)}
    return [
        (name, float(split.amortisation[which].mean()), float(split.approximation[which].mean()))
        for name, which in members.items()
        if which.any()
    ]


def _bars(axes: Axes, rows: Sequence[tuple[str, float, float]], reach: float) -> None:
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


def _approach(axes: Axes, split: GapSummary) -> None:
    """−log p(x) as estimated with more and more samples, above the two levels it passes."""
    axes.errorbar(
        split.ks,
        -split.estimates,
        yerr=split.errors,
        color=_AMORTISATION,
        lw=1.4,
        marker="o",
        ms=4,
        capsize=3,
        label="all from q(z|x)",
    )
    several = split.ks > 1  # a single sample is from q
    axes.plot(
        split.ks[several],
        -split.defended[several],
        "s-",
        color=_DEFENDED,
        lw=1.4,
        ms=4,
        label=f"{split.prior_share:.0%} from the prior",
    )
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    best = -split.exact + float(split.approximation.mean())
    levels = (
        (best, FAINT, "--", f"−ELBO(q*), the best Gaussian: {best:.2f}", (4, "bottom")),
        (-split.exact, INK, "-", f"exact: {-split.exact:.2f}", (-4, "top")),
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
    worst = -min(split.estimates.min(), split.defended[several].min(initial=np.inf))
    highest = -split.exact + max(split.gap, worst + split.exact)
    margin = 0.12 * (highest + split.exact) + 0.05
    axes.set(ylim=(-split.exact - 1.4 * margin, highest + margin), xlabel="k")
    axes.set_ylabel("−log p(x), nats per image")
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")


def caption(models: Mapping[str, GapSummary]) -> str:
    """What the split shows."""
    return (
        "With two latent axes log p(x) can be summed over the whole plane, so the ELBO can be held "
        "against the truth. Its gap has two parts. Approximation is lost because a posterior is no "
        "diagonal Gaussian: the best one, q*, found for each image by itself, still misses it. "
        "Amortisation is lost because one encoder must name q for all images at once. "
        + " ".join(_found(name, split) for name, split in models.items())
    )


def _found(name: str, split: GapSummary) -> str:
    amortisation = float(split.amortisation.mean())
    approximation = float(split.approximation.mean())
    larger = "more" if amortisation > approximation else "no more"
    words = (
        f"In {name}, over {len(split.label):,} test images, {split.gap:.2f} nats are missing: "
        f"{approximation:.2f} by approximation and {larger} than that, {amortisation:.2f}, by "
        "amortisation"
    )
    if split.gap >= 0.1:
        words += f"; a tenth of the images hold {split.worst(0.1):.0%} of it all"
    return f"{words}. {_verdict(split)}"


def _verdict(split: GapSummary) -> str:
    """How near the last estimate comes."""
    short, error = split.exact - split.estimates[-1], split.errors[-1]
    estimate = f"The importance-weighted estimate with {split.ks[-1]:,} samples"
    exact, found = split.all_exact, split.all_defended
    defended = (
        f"With {split.prior_share:.0%} of them from the prior it is "
        f"{abs(split.exact - split.defended[-1]):.2f} nats away, and {abs(exact - found):.2f} over "
        f"the whole test set ({found:.2f} against {exact:.2f}, {split.all_images:,} images)."
    ).replace("-", "−")
    if abs(short) <= max(0.01, 2 * error):
        return f"{estimate} agrees with the truth, {abs(short):.2f} nats away. {defended}"
    if short < 0:
        return f"{estimate} is {-short:.2f} nats above the truth. {defended}"
    missed = abs(split.exact - split.defended[-1]) < 0.5 * short
    cause = ": where q misses the posterior, its samples cannot show what they miss"
    return (
        f"{estimate} is {short:.2f} nats below the truth, though its own standard error is "
        f"{error:.2f}{cause if missed else ''}. {defended}"
    )
