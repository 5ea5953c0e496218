"""What the KL term does to a latent plane: the same model at several β, and what each pays.

Rate is KL(q(z | x) ‖ p(z)), distortion −E log p(x | z), both in nats per image; their sum is −ELBO.

Sources: Higgins et al. 2017; Alemi et al. 2018, arXiv:1711.00464 (rate and distortion).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray
from scipy.special import ndtr

from vae.figures.base import (
    FAINT,
    Sheet,
    frame,
    label_classes,
    mosaic,
    palette,
    scatter,
    styled,
    zoom,
)

_POINTS = "#1f5f99"
_COLUMNS = (0, 75, 195, 275, 415)


class Run(NamedTuple):
    """One model of the row, with a latent plane."""

    beta: float
    """Weight of the KL term in training; 0 is an autoencoder."""
    manifold: Num[ndarray, "n n *image"]
    """Decoder means on the quantile grid."""
    codes: Float[ndarray, "m 2"]
    """Posterior means of the test set."""
    reconstruction: float
    """E_q[log p(x | z)], in nats per image."""
    kl: float
    """KL(q(z | x) ‖ p(z)), in nats per image."""

    @property
    def elbo(self) -> float:
        """The bound itself, whatever β it was trained with."""
        return self.reconstruction - self.kl

    def outside(self, limit: float) -> float:
        """Share of codes beyond ±limit on either axis."""
        return float((np.abs(self.codes) > limit).any(axis=1).mean())


@styled
def draw(
    runs: Sequence[Run],
    labels: Int[ndarray, " m"],
    *,
    class_names: Sequence[str],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """A column for each run, manifold above codes in one frame; below, rate against distortion.

    Args:
        runs: in the order of β.
        labels: of the codes.
        class_names: one a class.
        limit: of the latent frame.
        title: names the data set.
        dpi: pixels an inch.
    """
    pictures = [mosaic(run.manifold) for run in runs]
    scale = zoom(runs[0].manifold.shape[2:], dpi, 24)
    height, width = (side * scale / dpi * 100 for side in pictures[0].shape[:2])
    plane, left = max(width, 170), 48
    codes, curve = 66 + height + 24, 66 + height + 24 + plane + 92
    panel = 2 * plane + 22
    right = left + panel + 60
    columns = len(runs) * (plane + 22)
    sheet = Sheet(max(left + columns, right + _COLUMNS[-1] + 20), curve + 290 + 56, dpi, title)
    long = max(map(len, class_names)) > 2
    for i, (run, picture) in enumerate(zip(runs, pictures, strict=True)):
        place = left + i * (plane + 22)
        axes = sheet.picture(place, 66, picture, scale)
        axes.set_title(_name(run), loc="left", weight="bold")
        axes = sheet.axes(place, codes, plane, plane)
        frame(axes, limit)
        scatter(axes, run.codes, labels, len(class_names), size=1)
        if not long:
            label_classes(axes, run.codes, labels, class_names)
        axes.set_title(f"{run.outside(limit):.1%} beyond ±{limit:g}", loc="left", size=8, pad=3)
        axes.tick_params(labelsize=7)
        if i > 0:
            axes.set(ylabel="", yticklabels=[])
    axes = sheet.axes(left + 14, curve, panel - 14, 290)
    _rate_distortion(axes, runs)
    _numbers(sheet, runs, right, curve, limit)
    if long:  # names would cover planes as small as these
        _key(sheet, class_names, right - 8, curve + 24 * (len(runs) + 2))
    return sheet.figure


def _name(run: Run) -> str:
    return "β = 0, an autoencoder" if run.beta == 0 else f"β = {run.beta:g}"


def _rate_distortion(axes: Axes, runs: Sequence[Run]) -> None:
    """A point for each run; one whose rate would squeeze all others stands at the edge."""
    rates = np.array([run.kl for run in runs])
    distortions = np.array([-run.reconstruction for run in runs])
    edge = 1.25 * rates[rates <= 3 * np.median(rates)].max()
    bottom, top = distortions.min(), distortions.max()
    margin = 0.15 * (top - bottom) + 0.5
    axes.set(xlim=(0, edge), ylim=(bottom - margin, top + margin))
    _bounds(axes, edge, bottom - margin, top + margin)
    places = np.minimum(rates, 0.97 * edge)
    order = rates.argsort()
    axes.plot(places[order], distortions[order], color=_POINTS, lw=1.2, alpha=0.5)
    for run, rate, x, y in zip(runs, rates, places, distortions, strict=True):
        beyond = rate > edge
        axes.plot(x, y, ">" if beyond else "o", color=_POINTS, ms=7)
        axes.annotate(
            f"β = {run.beta:g}" + (f", at {rate:.1f} nats" if beyond else ""),
            (x, y),
            (4, -16) if beyond else (6, 6),
            textcoords="offset points",
            ha="right" if beyond else "left",
            weight="bold",
            size=8.5,
        )
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel="rate: KL, nats", ylabel="distortion: −reconstruction, nats")
    axes.set_title("what each β pays; grey lines of equal −ELBO", loc="left")


def _bounds(axes: Axes, edge: float, bottom: float, top: float) -> None:
    """Lines of rate + distortion = −ELBO, at about six round values."""
    step = max(1.0, float(np.round((top + edge - bottom) / 6 / 5) * 5))
    for total in np.arange(np.ceil(bottom / step) * step, top + edge, step):
        axes.plot([0, edge], [total, total - edge], color="#dddddd", lw=0.8, zorder=0)
        x, y = max(0.0, float(total - top)), min(float(total), top)
        if x < 0.9 * edge:
            axes.annotate(
                f"{total:g}".replace("-", "−"),
                (x, y),
                (2, -9) if x > 0 else (3, -6),
                textcoords="offset points",
                size=7,
                color="#999999",
                bbox={"fc": "white", "ec": "none", "pad": 0.6},
            )


def _numbers(sheet: Sheet, runs: Sequence[Run], left: float, top: float, limit: float) -> None:
    """A small table beside the curve; the best −ELBO is bold."""
    heads = ("β", "KL", "−reconstruction", "−ELBO", f"codes beyond ±{limit:g}")
    best = max(runs, key=lambda run: run.elbo)
    for row, run in enumerate([None, *runs]):
        cells = (
            heads
            if run is None
            else (
                f"{run.beta:g}",
                f"{run.kl:.1f}",
                _number(-run.reconstruction),
                _number(-run.elbo),
                f"{run.outside(limit):.1%}",
            )
        )
        for cell, column in zip(cells, _COLUMNS, strict=True):
            sheet.text(
                left + column,
                top + 24 * row,
                cell,
                ha="right",
                va="top",
                color=FAINT if run is None else "#222222",
                weight="bold" if run is best else "normal",
            )


def _key(sheet: Sheet, class_names: Sequence[str], left: float, top: float) -> None:
    """The classes' names in their colours, in columns."""
    step = 24 + 6.2 * max(map(len, class_names))
    columns = max(1, int(_COLUMNS[-1] / step))
    for i, (name, colour) in enumerate(zip(class_names, palette(len(class_names)), strict=True)):
        row, column = divmod(i, columns)
        sheet.text(
            left + column * step,
            top + 20 * row,
            name,
            color=colour,
            weight="bold",
            size=8,
            va="top",
        )


def caption(runs: Sequence[Run], *, limit: float) -> str:
    """Which β has the best bound, and what the least and the largest β do to the plane."""
    best = max(runs, key=lambda run: run.elbo)
    least, most = (pick(runs, key=lambda run: run.beta) for pick in (min, max))
    loose = least.outside(limit)
    held = f"the codes keep within the frame all the same ({loose:.1%} outside)"
    if loose > 0.01:
        prior = 1 - (2 * float(ndtr(limit)) - 1) ** 2
        held = (
            f"{loose:.1%} of the codes lie beyond ±{limit:g}, where the prior has {prior:.2%} of "
            "its draws"
        )
    every = [run.reconstruction for run in runs]
    least_is = "best" if least.reconstruction == max(every) else "not best"
    most_is = "worst" if most.reconstruction == min(every) else "not worst"
    trained = "the β that trains it" if best.beta == 1 else "though β = 1 is what trains it"
    return (
        "The same network trained with more and more weight β on the KL term; above, the prior's "
        "quantile grid decoded, below it the test set's codes, all in one frame. At "
        f"β = {least.beta:g} reconstruction is {least_is}, {_number(least.reconstruction)} nats, "
        f"at a KL of {least.kl:.1f} nats; {held}. At β = {most.beta:g} a code costs "
        f"{most.kl:.1f} nats and reconstruction is {most_is}, {_number(most.reconstruction)} "
        f"nats. The bound itself, reconstruction − KL, is best at β = {best.beta:g}: "
        f"{_number(best.elbo)} nats, {trained}."
    )


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
