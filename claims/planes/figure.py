"""Latent planes of one network under several objectives, and what each pays.

Rate is KL(q(z | x) ‖ p(z)), distortion −E log p(x | z), both in nats per image; their sum is −ELBO.

Sources: Higgins et al. 2017; Alemi et al. 2018, arXiv:1711.00464 (rate and distortion).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray
from scipy.special import ndtr

from figures.plane import frame, label_classes, scatter
from figures.sheet import Sheet, mosaic, zoom
from figures.style import FAINT, listed, palette, styled
from pipeline.params import Objective

_POINTS = "#1f5f99"
_LEVEL = 0.5  # nats: another seed moves a bound by as much
_LOOSE = 0.005  # share of codes beyond the frame that is told as leaving it
_COLUMNS = (0, 65, 185, 265, 365, 480)


class Run(NamedTuple):
    """One model of the row, with a latent plane."""

    name: str
    objective: Objective
    """What it was trained for."""
    manifold: Num[ndarray, "n n *image"]
    """Decoder means on the quantile grid."""
    codes: Float[ndarray, "m 2"]
    """Posterior means of the test set."""
    reconstruction: float
    """E_q[log p(x | z)], in nats per image."""
    kl: float
    """KL(q(z | x) ‖ p(z)), in nats per image."""
    exact: float | None
    """log p(x) by quadrature, in nats per image, where it is known."""

    @property
    def elbo(self) -> float:
        """The bound itself, whatever it was trained for."""
        return self.reconstruction - self.kl

    def outside(self, limit: float) -> float:
        """Share of codes beyond ±limit on either axis."""
        return float((np.abs(self.codes) > limit).any(axis=1).mean())


def is_ladder(runs: Sequence[Run]) -> bool:
    """Whether the runs differ in β alone, and maximise nothing but the bound so weighted."""
    plain = Objective(beta=1, warmup=0, free_bits=0, mmd=0, samples=1)
    others = {run.objective.model_copy(update={"beta": 1.0}) for run in runs}
    return others == {plain} and 1 < len({run.objective.beta for run in runs}) == len(runs)


def told(objective: Objective) -> str:
    """An objective in words.

    >>> told(Objective(beta=0.5, warmup=0, free_bits=0, mmd=10, samples=1))
    'β 0.5, MMD 10'
    """
    if objective.samples > 1:
        return f"importance-weighted, {objective.samples} samples"
    parts = [f"β {objective.beta:g}"]
    parts += [f"warm-up {objective.warmup:.0%}"] if objective.warmup else []
    parts += [f"{objective.free_bits:g} free nats an axis"] if objective.free_bits else []
    parts += [f"MMD {objective.mmd:g}"] if objective.mmd else []
    return ", ".join(parts)


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
        runs: in order; of β, if they differ in it alone.
        labels: of the codes.
        class_names: one a class.
        limit: of the latent frame.
        title: names the data set.
        dpi: pixels an inch.
    """
    ladder = is_ladder(runs)
    names = {run.name: f"β = {run.objective.beta:g}" if ladder else run.name for run in runs}
    pictures = [mosaic(run.manifold) for run in runs]
    scale = zoom(runs[0].manifold.shape[2:], dpi, 24)
    height, width = (side * scale / dpi * 100 for side in pictures[0].shape[:2])
    plane, left = max(width, 170), 48
    top = 66 if ladder else 82
    codes, curve = top + height + 24, top + height + 24 + plane + 92
    panel = 2 * plane + 22
    right = left + panel + 34 + 6.5 * max(map(len, names.values()))
    columns = len(runs) * (plane + 22)
    sheet = Sheet(max(left + columns, right + _COLUMNS[-1] + 20), curve + 290 + 56, dpi, title)
    long = max(map(len, class_names)) > 2
    for i, (run, picture) in enumerate(zip(runs, pictures, strict=True)):
        place = left + i * (plane + 22)
        axes = sheet.picture(place, top, picture, scale)
        axes.set_title(names[run.name], loc="left", weight="bold", pad=6 if ladder else 18)
        if not ladder:
            sheet.text(place, top - 6, told(run.objective), va="bottom", size=8, color="#777777")
        axes = sheet.axes(place, codes, plane, plane)
        frame(axes, limit, named=False)
        scatter(axes, run.codes, labels, len(class_names), size=1)
        if not long:
            label_classes(axes, run.codes, labels, class_names)
        axes.set_title(f"{run.outside(limit):.1%} beyond ±{limit:g}", loc="left", size=8, pad=3)
        ticks = np.linspace(-limit, limit, 5)
        axes.set(xticks=ticks, yticks=ticks)
        axes.tick_params(labelsize=7)
        if i > 0:
            axes.set(ylabel="", yticklabels=[])
    axes = sheet.axes(left + 14, curve, panel - 14, 290)
    _rate_distortion(axes, runs, names, ladder)
    _numbers(sheet, runs, names, right, curve, limit)
    if long:  # names would cover planes as small as these
        _key(sheet, class_names, right - 8, curve + 24 * (len(runs) + 2))
    return sheet.figure


def _rate_distortion(
    axes: Axes, runs: Sequence[Run], names: Mapping[str, str], ladder: bool
) -> None:
    """A point for each run; one whose rate would squeeze all others stands at the edge."""
    rates = np.array([run.kl for run in runs])
    distortions = np.array([-run.reconstruction for run in runs])
    edge = 1.25 * rates[rates <= 2 * np.median(rates)].max()
    bottom, top = distortions.min(), distortions.max()
    margin = 0.15 * (top - bottom) + 0.5
    axes.set(xlim=(0, edge), ylim=(bottom - margin, top + margin))
    _bounds(axes, edge, bottom - margin, top + margin)
    places = np.minimum(rates, 0.97 * edge)
    order = rates.argsort()
    if ladder:
        axes.plot(places[order], distortions[order], color=_POINTS, lw=1.2, alpha=0.5)
    unit = np.array([edge / axes.bbox.width, np.ptp(axes.get_ylim()) / axes.bbox.height])  # a pixel
    unit *= axes.figure.dpi / 72  # a point
    written: list[tuple[float, float]] = []  # where each word begins and how high it stands
    for i in distortions.argsort():
        x, y, beyond = places[i], distortions[i], rates[i] > edge
        axes.plot(x, y, ">" if beyond else "o", color=_POINTS, ms=7)
        near = [high for begin, high in written if abs(begin - x) < 70 * unit[0]]
        word = max([y + 6 * unit[1], *(high + 11 * unit[1] for high in near)])
        if beyond:
            word = y - 13 * unit[1]
        else:
            written.append((x, word))
        right, up = (places - x) / unit[0], (distortions - word) / unit[1]
        covered = ((right > 0) & (right < 70) & (np.abs(up) < 9) & (rates <= edge)).any()
        axes.annotate(
            names[runs[i].name] + (f", at {rates[i]:.1f} nats" if beyond else ""),
            (x, y),
            (x + (-7 if covered else 4 if beyond else 7) * unit[0], word),
            ha="right" if beyond or covered else "left",
            va="center",
            weight="bold",
            size=8.5,
        )
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel="rate: KL, nats", ylabel="distortion: −reconstruction, nats")
    axes.set_title("what each one pays; grey lines of equal −ELBO", loc="left")


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


def _numbers(
    sheet: Sheet,
    runs: Sequence[Run],
    names: Mapping[str, str],
    left: float,
    top: float,
    limit: float,
) -> None:
    """A small table beside the curve; the best −ELBO is bold."""
    best = max(runs, key=lambda run: run.elbo)
    heads = ("", "KL", "−reconstruction", "−ELBO", f"beyond ±{limit:g}", "exact −log p(x)")
    known = any(run.exact is not None for run in runs)
    for row, run in enumerate([None, *runs]):
        cells = heads
        if run is not None:
            cells = (
                names[run.name],
                f"{run.kl:.1f}",
                _number(-run.reconstruction),
                _number(-run.elbo),
                f"{run.outside(limit):.1%}",
                "–" if run.exact is None else _number(-run.exact),
            )
        for cell, column in zip(cells, _COLUMNS[: 5 + known], strict=False):
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


def cause(runs: Sequence[Run]) -> str:
    """What the runs differ in, for a title."""
    return "the KL term" if is_ladder(runs) else "the objective"


def caption(runs: Sequence[Run], *, limit: float) -> str:
    """What the runs show, told as a ladder of β or one by one; arguments as for `draw`."""
    return _weights(runs, limit) if is_ladder(runs) else _objectives(runs, limit)


def _objectives(runs: Sequence[Run], limit: float) -> str:
    """Who is best by each measure, and whose codes leave the frame."""
    bound = max(runs, key=lambda run: run.elbo)
    level = [run.name for run in runs if bound.elbo - run.elbo < _LEVEL]
    sharp = max(runs, key=lambda run: run.reconstruction)
    loose = max(runs, key=lambda run: run.outside(limit))
    return (
        "One network trained for several objectives, named above; below, the prior's quantile grid "
        "decoded, then the test set's codes, all in one frame, with rings at 1σ and 2σ of the "
        f"prior. The bound itself, reconstruction − KL, is best for {listed(level)}"
        f"{f', less than {_LEVEL:g} nats apart' if len(level) > 1 else ''}: {_number(bound.elbo)} "
        f"nats. Reconstruction is best for {sharp.name}, {_number(sharp.reconstruction)} nats at a "
        f"KL of {sharp.kl:.1f}. {_truth(runs)}{_left(loose, limit)}"
    )


def _truth(runs: Sequence[Run]) -> str:
    """What the bounds miss of log p(x), if it is known of all."""
    exact = {run.name: run.exact for run in runs if run.exact is not None}
    if len(exact) < len(runs):
        return ""
    bounds = {run.name: run.elbo for run in runs}
    best = max(exact, key=lambda name: exact[name])
    worst = max(exact, key=lambda name: exact[name] - bounds[name])
    return (
        f"log p(x) itself, summed over the plane, is highest for {best}, {_number(exact[best])} "
        f"nats, whose bound is {_number(bounds[best])}; the bound misses most of it in {worst}, "
        f"{exact[worst] - bounds[worst]:.1f} nats. "
    )


def _left(run: Run, limit: float) -> str:
    """Whether codes leave the frame in the run where most do."""
    share = run.outside(limit)
    if share <= _LOOSE:
        return f"The codes keep within the frame; {run.name} has most outside, {share:.1%}."
    return f"The frame is left most in {run.name}: {_beyond(run, limit)}."


def _beyond(run: Run, limit: float) -> str:
    prior = 1 - (2 * float(ndtr(limit)) - 1) ** 2
    return (
        f"{run.outside(limit):.1%} of the codes lie beyond ±{limit:g}, where the prior has "
        f"{prior:.2%} of its draws"
    )


def _weights(runs: Sequence[Run], limit: float) -> str:
    """Which β has the best bound, and what the least and the largest β do to the plane."""
    best = max(runs, key=lambda run: run.elbo)
    least, most = (pick(runs, key=lambda run: run.objective.beta) for pick in (min, max))
    loose = least.outside(limit)
    held = f"the codes keep within the frame all the same ({loose:.1%} outside)"
    if loose > _LOOSE:
        held = _beyond(least, limit)
    every = [run.reconstruction for run in runs]
    least_is = "best" if least.reconstruction == max(every) else "not best"
    most_is = "worst" if most.reconstruction == min(every) else "not worst"
    beta = best.objective.beta
    trained = "the β that trains it" if beta == 1 else "though β = 1 is what trains it"
    partly = 0 < sum(run.exact is None for run in runs) < len(runs)
    plain = ", an autoencoder," if least.objective.beta == 0 else ""
    return (
        "The same network trained with more and more weight β on the KL term; above, the prior's "
        "quantile grid decoded, below it the test set's codes, all in one frame, with rings at 1σ "
        f"and 2σ of the prior. At β = {least.objective.beta:g}{plain} reconstruction is "
        f"{least_is}, {_number(least.reconstruction)} nats, at a KL of {least.kl:.1f} nats; "
        f"{held}. At β = {most.objective.beta:g} a code costs {most.kl:.1f} nats and "
        f"reconstruction is {most_is}, {_number(most.reconstruction)} nats. The bound itself, "
        f"reconstruction − KL, is best at β = {beta:g}: {_number(best.elbo)} nats, {trained}."
        f"{' log p(x) is summed where all codes lie on the grid of that sum.' if partly else ''}"
    )


def _number(value: float) -> str:
    return f"{value:.1f}".replace("-", "−")
