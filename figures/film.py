"""A training as a film: the plane of codes, what codes decode to, and the bound on its way."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, label_classes, scatter
from figures.sheet import Sheet, mosaic, tile_centres, zoom
from figures.style import FAINT, RGB, palette, styled, word_colour
from figures.text import Names, over_columns
from vae.film import Film

_STILLS = 3
_LINE = "#1f5f99"
_STEPS = (0, *(digit * 10**power for power in range(8) for digit in (1, 3)))
"""Where the curve may have ticks, beside its end."""
_TICK = 0.1
"""Of the curve's length, the least between two."""
_SETTLED = 6
"""The curve's range leaves out the first so many-th part, which would squeeze all that follows."""
_APART = 1 / 8
"""Of the limit: classes are named on the plane if their places are so far from each other."""
_LEFT, _TOP, _GAP, _CURVE = 48, 64, 46, 92
"""Room in units of 1/100 inch: beside and above the first plane, between parts, the curve's."""
_SIDE = 240
"""Of the decoded codes as one picture, about."""


@styled
def draw(film: Film, *, class_names: Sequence[str], limit: float, title: str, dpi: int) -> Figure:
    """Some moments side by side, the plane above the decoded codes; under them the curve.

    Args:
        film: of one training.
        class_names: one for each class.
        limit: of the latent frame.
        title: names model and data set.
        dpi: pixels an inch.
    """
    shown, size = _stills(len(film.step)), _size(film, class_names, dpi)
    step = size.side + 20
    second = _TOP + size.side + _GAP
    third = second + size.height + size.under + 34
    sheet = Sheet(_LEFT + len(shown) * step, third + _CURVE + 44, dpi, title)
    for i, moment in enumerate(shown):
        plane = sheet.axes(_LEFT + i * step, _TOP, size.side, size.side)
        _draw_plane(plane, film, moment, class_names, limit)
        plane.set_title(f"step {film.step[moment]:,}", loc="left")
        if i:
            plane.set_yticklabels([])
            plane.yaxis.label.set_visible(False)
        _show_pictures(sheet, _LEFT + i * step, second, film, moment, size)
    curve = sheet.axes(_LEFT, third, len(shown) * step - 20, _CURVE)
    values = _draw_curve(curve, film)
    curve.plot(range(len(values)), values, color=_LINE, lw=2)
    curve.plot(shown, values[shown], ls="", marker="o", color=_LINE)
    return sheet.figure


@styled
def frames(
    film: Film, *, class_names: Sequence[str], limit: float, title: str, dpi: int
) -> UInt8[ndarray, "moments h w 3"]:
    """Every moment as a picture, with the curve as far as it has come; arguments as for `draw`."""
    figure, show = screen(film, class_names=class_names, limit=limit, title=title, dpi=dpi)
    canvas, drawn = FigureCanvasAgg(figure), []
    for moment in range(len(film.step)):
        show(moment)
        canvas.draw()
        drawn.append(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    return np.stack(drawn)


@styled
def screen(
    film: Film, *, class_names: Sequence[str], limit: float, title: str, dpi: int
) -> tuple[Figure, Callable[[int], None]]:
    """A figure for one moment at a time, and what shows a moment on it; arguments as for `draw`."""
    size = _size(film, class_names, dpi)
    right = _LEFT + size.side + 34
    second = _TOP + max(size.side + 40, size.height + size.under) + 30
    sheet = Sheet(right + size.width + 16, second + _CURVE + 44, dpi, title)
    plane = sheet.axes(_LEFT, _TOP, size.side, size.side)
    pictures = _show_pictures(sheet, right, _TOP, film, 0, size)
    pictures.set_title("decoded codes", loc="left")
    curve = sheet.axes(_LEFT, second, right + size.width - _LEFT, _CURVE)
    values = _draw_curve(curve, film)
    (passed,) = curve.plot([], [], color=_LINE, lw=2)
    (marker,) = curve.plot([], [], color=_LINE, marker="o")
    now = curve.axvline(0, color=_LINE, lw=0.8)

    def show(moment: int) -> None:
        plane.clear()
        _draw_plane(plane, film, moment, class_names, limit)
        plane.set_title("codes of test images", loc="left")
        pictures.images[0].set_data(mosaic(film.pictures[moment]))
        passed.set_data(range(moment + 1), values[: moment + 1])
        marker.set_data([moment], [values[moment]])
        now.set_xdata([moment])
        reached = f"step {film.step[moment]:,}:  {values[moment]:.1f}"
        curve.set_title(reached, loc="right", color=_LINE)

    return sheet.figure, show


def colours(classes: int) -> list[RGB]:
    """All that stand on a frame beside greys."""
    dots = palette(classes)
    return [*dots, *map(word_colour, dots), to_rgb(_LINE)]


class _Size(NamedTuple):
    """Of the decoded codes as one picture; lengths in units of 1/100 inch."""

    zoom: int
    """File pixels for one image pixel."""
    height: float
    width: float
    names: Names | None
    """Of the columns, if these are classes; `colours` are theirs."""
    colours: Sequence[RGB]

    @property
    def side(self) -> float:
        """Of the plane beside it."""
        return max(self.height, self.width)

    @property
    def under(self) -> float:
        """Room for the names."""
        return self.names.room + 8 if self.names else 0


def _size(film: Film, class_names: Sequence[str], dpi: int) -> _Size:
    _, rows, columns, *image = film.pictures.shape
    scale = zoom(image, dpi, _SIDE / max(rows, columns))
    height, width = (side * scale * 100 / dpi for side in mosaic(film.pictures[0]).shape[:2])
    if not len(film.columns):
        return _Size(scale, height, width, None, [])
    names = [class_names[label] for label in film.columns]
    colours = [word_colour(palette(len(class_names))[label]) for label in film.columns]
    return _Size(scale, height, width, over_columns(names, width / len(names), 9, "bold"), colours)


def _stills(moments: int) -> list[int]:
    """Moments ever further apart, without the first, at which nothing is learned yet."""
    share = np.linspace(0, 1, _STILLS + 1)[1:] ** 1.5
    return np.rint(share * (moments - 1)).astype(int).tolist()


def _draw_plane(
    axes: Axes, film: Film, moment: int, class_names: Sequence[str], limit: float
) -> None:
    points = film.mean[moment].astype(np.float32)
    frame(axes, limit)
    scatter(axes, points, film.label, len(class_names), size=3)
    if not len(film.columns) and _spread(points, film.label) > _APART * limit:
        label_classes(axes, points, film.label, class_names)


def _spread(points: Float[ndarray, "n 2"], label: Int[ndarray, " n"]) -> float:
    """Root mean square distance of the classes' medians from their mean."""
    medians = np.stack([np.median(points[label == k], axis=0) for k in np.unique(label)])
    return float(np.sqrt(medians.var(axis=0).sum()))


def _show_pictures(
    sheet: Sheet, left: float, top: float, film: Film, moment: int, size: _Size
) -> Axes:
    picture = mosaic(film.pictures[moment])
    axes = sheet.picture(left, top, picture, size.zoom)
    if size.names:
        places = tile_centres(len(film.columns), picture.shape[1])
        axes.set_xticks(places, size.names.texts, rotation=size.names.rotation, weight="bold")
        axes.tick_params(length=0)
        for text, colour in zip(axes.get_xticklabels(), size.colours, strict=True):
            text.set_color(colour)
    return axes


def _draw_curve(axes: Axes, film: Film) -> Float[ndarray, " moments"]:
    """The −ELBO of every moment, faintly; returned."""
    values = film.loss
    place = np.arange(len(values))
    axes.plot(place, values, color=FAINT, lw=0.8)
    settled = values[len(values) // _SETTLED :]
    margin = 0.06 * (max(settled) - min(settled)) + 0.1
    axes.set_ylim(min(settled) - margin, max(settled) + margin)
    axes.set_xlim(0, len(values) - 0.5)
    ticks = _ticks(film.step)
    axes.set_xticks(np.interp(ticks, film.step, place), [f"{step:,}" for step in ticks])
    axes.set_title("−ELBO of these test images, nats per image", loc="left")
    axes.set_xlabel("steps of the training, on a scale of square roots")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#eeeeee")
    return values


def _ticks(steps: Int[ndarray, " moments"]) -> list[int]:
    """Round numbers of steps as far apart on the curve as they need be, and the last."""
    last, apart = int(steps[-1]), _TICK * (len(steps) - 1)
    kept = [0]
    for step in _STEPS[1:]:
        place, before = np.interp([step, kept[-1]], steps, np.arange(len(steps)))
        if place - before >= apart and len(steps) - 1 - place >= apart:
            kept.append(step)
    return [*kept, last]


def caption(film: Film, *, limit: float) -> str:
    """What the film shows, and what its first and last moments say."""
    images, loss = film.mean.shape[1], film.loss
    outside = float((np.abs(film.mean[-1].astype(np.float32)) > limit).any(axis=1).mean())
    if len(film.columns):
        decoded = (
            "Below: codes with z₁ = 0 and z₂ falling from row to row (midpoints of equal prior "
            "probability), decoded as a class in each column."
        )
    else:
        n = film.pictures.shape[1]
        decoded = (
            f"Below: an even grid of {n}×{n} codes, decoded (midpoints of equal prior probability, "
            "as in the manifold)."
        )
    return (
        f"The training, seen at {len(film.step)} moments that lie ever further apart, since it "
        f"slows down; three of them here, all in the moving picture. Above: the posterior means of "
        f"the same {images:,} test images, which are not trained on, in the frame that all planes "
        f"share; {outside:.1%} of them end beyond ±{limit:g}. {decoded} The −ELBO of these images, "
        f"at the same noise every time, falls from {loss[0]:.1f} nats before the first step to "
        f"{loss[-1]:.1f} after step {film.step[-1]:,}; of that {film.kl[-1]:.1f} are the KL."
    )
