"""Rate against distortion: what each of several objectives pays."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from numpy import ndarray

from claims.numbers import number
from claims.planes.measure import Run, is_beta_sweep

_POINTS = "#1f5f99"
_WIDTH, _HEIGHT = 70, 11  # points: room of a name


def rate_distortion(axes: Axes, runs: Sequence[Run], names: Mapping[str, str]) -> None:
    """A point for each run; one whose rate would squeeze all others stands at the edge.

    Args:
        axes: to draw on.
        runs: a β sweep, whose points are joined by a line, or others.
        names: of the runs, as they are written.
    """
    rates = np.array([run.kl for run in runs])
    distortions = np.array([-run.reconstruction for run in runs])
    edge = 1.25 * rates[rates <= 2 * np.median(rates)].max()
    bottom, top = distortions.min(), distortions.max()
    margin = 0.15 * (top - bottom) + 0.5
    axes.set(xlim=(0, edge), ylim=(bottom - margin, top + margin))
    _bounds(axes, edge, bottom - margin, top + margin)
    places = np.minimum(rates, 0.97 * edge)
    if is_beta_sweep(runs):
        order = rates.argsort()
        axes.plot(places[order], distortions[order], color=_POINTS, lw=1.2, alpha=0.5)
    _points(axes, np.stack([places, distortions], axis=1), rates, [names[run.name] for run in runs])
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel="rate: KL, nats", ylabel="distortion: −reconstruction, nats")
    axes.set_title("what each one pays; grey lines of equal −ELBO", loc="left")


def _points(
    axes: Axes,
    places: Float[ndarray, "runs 2"],
    rates: Float[ndarray, " runs"],
    names: Sequence[str],
) -> None:
    """Marks with their names, from the lowest up: each beside its mark, above names that are near.

    A name that would cover a mark on its right stands on the left; one of a mark at the edge says
    its rate.
    """
    edge = axes.get_xlim()[1]
    point = np.array([edge, np.ptp(axes.get_ylim())]) / axes.bbox.size * axes.figure.dpi / 72
    written: list[tuple[float, float]] = []  # where each name begins and how high it stands
    for i in places[:, 1].argsort():
        (x, y), beyond = places[i], rates[i] > edge
        axes.plot(x, y, ">" if beyond else "o", color=_POINTS, ms=7)
        near = [high for begin, high in written if abs(begin - x) < _WIDTH * point[0]]
        height = max([y + 6 * point[1], *(high + _HEIGHT * point[1] for high in near)])
        if beyond:
            height = y - 13 * point[1]
        else:
            written.append((x, height))
        right, up = ((places - (x, height)) / point).T
        covered = ((right > 0) & (right < _WIDTH) & (np.abs(up) < 9) & (rates <= edge)).any()
        axes.annotate(
            names[i] + (f", at {rates[i]:.1f} nats" if beyond else ""),
            (x, y),
            (x + (-7 if covered else 4 if beyond else 7) * point[0], height),
            ha="right" if beyond or covered else "left",
            va="center",
            weight="bold",
            size=8.5,
        )


def _bounds(axes: Axes, edge: float, bottom: float, top: float) -> None:
    """Lines of rate + distortion = −ELBO, at about six round values."""
    step = max(1.0, float(np.round((top + edge - bottom) / 6 / 5) * 5))
    for total in np.arange(np.ceil(bottom / step) * step, top + edge, step):
        axes.plot([0, edge], [total, total - edge], color="#dddddd", lw=0.8, zorder=0)
        x, y = max(0.0, float(total - top)), min(float(total), top)
        if x < 0.9 * edge:
            axes.annotate(
                number(total, "g"),
                (x, y),
                (2, -9) if x > 0 else (3, -6),
                textcoords="offset points",
                size=7,
                color="#999999",
                bbox={"fc": "white", "ec": "none", "pad": 0.6},
            )
