"""The learned manifold: what every part of the latent plane decodes to, in Φ-space.

Source: Kingma & Welling 2014, figure 4.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, detach, mosaic, zoom
from figures.style import styled
from figures.text import fit
from vae.latent import to_unit_square


@styled
def draw(mean: Num[ndarray, "n n *image"], *, title: str, dpi: int) -> Figure:
    """One n×n grid of decoder means, row 0 at the highest z₂; ticks in z and in probability."""
    picture = mosaic(mean)
    scale = zoom(mean.shape[2:], dpi)
    side = picture.shape[0] * scale / dpi * 100, picture.shape[1] * scale / dpi * 100
    sheet = Sheet(side[1] + 124, side[0] + 148, dpi, title)
    axes = sheet.picture(58, 82, picture, scale)
    _coordinates(axes, picture.shape[:2])
    above, right = axes.twiny(), axes.twinx()
    quarters = (0, 0.25, 0.5, 0.75, 1)
    above.set(xlim=(0, 1), xticks=quarters, xlabel="probability $Φ(z_1)$")
    right.set(ylim=(0, 1), yticks=quarters, ylabel="probability $Φ(z_2)$")
    for twin in (above, right):
        twin.tick_params(length=3)
        detach(twin)
    return sheet.figure


@styled
def draw_classes(
    mean: Num[ndarray, "classes n n *image"],
    *,
    class_names: Sequence[str],
    title: str,
    dpi: int,
) -> Figure:
    """One grid for each class of a class-conditional model, all over the same plane."""
    scale = zoom(mean.shape[3:], dpi)
    pictures = [mosaic(grid) for grid in mean]
    height, width = (side * scale / dpi * 100 for side in pictures[0].shape[:2])
    columns = 5 if len(pictures) > 4 else len(pictures)
    rows = -(-len(pictures) // columns)
    sheet = Sheet(56 + columns * (width + 12), 52 + rows * (height + 30) + 32, dpi, title)
    for i, (name, picture) in enumerate(zip(class_names, pictures, strict=True)):
        row, column = divmod(i, columns)
        axes = sheet.picture(48 + column * (width + 12), 68 + row * (height + 30), picture, scale)
        _coordinates(axes, picture.shape[:2], (-1, 0, 1))
        axes.set_title(fit(name, width, 9.5, "bold"), loc="left", pad=3, weight="bold")
        if row < rows - 1:
            axes.set(xlabel="", xticklabels=[])
        if column > 0:
            axes.set(ylabel="", yticklabels=[])
    return sheet.figure


_TICKS = (-2, -1, -0.5, 0, 0.5, 1, 2)


def _coordinates(
    axes: Axes,
    shape: Sequence[int],
    ticks: Sequence[float] = _TICKS,
) -> None:
    """Ticks in z on the left and below, at their place in probability."""
    height, width = shape
    places: Float[ndarray, " ticks"] = to_unit_square(np.array(ticks))
    labels = [f"{z:g}".replace("-", "−") for z in ticks]
    axes.set_xticks(places * width - 0.5, labels)
    axes.set_yticks((1 - places) * height - 0.5, labels)
    axes.tick_params(length=3)
    axes.set(xlabel="$z_1$", ylabel="$z_2$")
    axes.yaxis.label.set(rotation=0, va="center")


def caption(*, n: int, inside: float) -> str:
    """What the manifold of an unconditional model shows."""
    return (
        f"What the latent plane decodes to. The {n}×{n} codes are an even grid, not random "
        "samples: midpoints of a grid on the unit square through the inverse Gaussian CDF, so "
        f"each tile stands for the same prior probability, 1/{n * n}. {inside:.0%} of the test "
        "images' posterior means lie within the outermost midpoints. The pictures are the means "
        "of p(x|z), not draws. The decoder is continuous, so one picture changes gradually into "
        "the next. The model never saw the classes: where one lies beside another, that is because "
        "of what the images look like. The prior is the same in every direction, so no property of "
        "the images need follow one axis: read the plane as a map. z₁ runs right and z₂ up, as in "
        "the scatter."
    )


def caption_classes(*, n: int, classes: int) -> str:
    """What the page of class manifolds shows."""
    return (
        f"What the latent plane decodes to, as each class. The same {n}×{n} codes (midpoints of "
        f"equal prior probability) are decoded for each of the {classes} classes. The decoder is "
        "given the class beside z. So two panels differ at the same place by the class alone, and "
        "within a panel the pictures differ by z alone. What all panels share at one place, and "
        "not at another, comes from z."
    )


def caption_class(*, n: int) -> str:
    """What the manifold of one class shows, whichever it is."""
    return (
        f"What the latent plane decodes to, as one class: means of p(x|z, y) at {n}×{n} codes, "
        "midpoints of equal prior probability. The codes are the same for every class, so two "
        "classes differ in the same cell by the class alone."
    )
