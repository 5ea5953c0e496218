"""Prior samples: decoder means beside draws, and the same means at the places of their codes."""

import math

import numpy as np
from jaxtyping import Float, Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, place, show_plane
from figures.sheet import Sheet, mosaic, to_bytes, zoom
from figures.style import styled


@styled
def draw(
    mean: Num[ndarray, "n *image"],
    drawn: Num[ndarray, "n *image"],
    places: Float[ndarray, "n 2"],
    *,
    limit: float | None,
    title: str,
    dpi: int,
) -> Figure:
    """Two grids, and a plane with the means at their places.

    Args:
        mean: decoder means in [0, 1], as many as fill a square grid.
        drawn: one draw x ~ p(x | z) of each.
        places: z itself, or a map of z.
        limit: of the latent frame; None where `places` are a map without units.
        title: names model and data set.
        dpi: pixels an inch.
    """
    image, rows = mean.shape[1:], math.isqrt(len(mean))
    scale = zoom(image, dpi, 52)
    grids = [mosaic(x.reshape(rows, rows, *image), 1) for x in (mean, drawn)]
    height, width = (side * scale / dpi * 100 for side in grids[0].shape[:2])
    plane = 2 * width + 20
    sheet = Sheet(48 + plane + 16, 66 + height + 46 + plane + 50, dpi, title)
    names = ("decoder means, E[x|z]", "draws, x ~ p(x|z)")
    for column, (name, picture) in enumerate(zip(names, grids, strict=True)):
        axes = sheet.picture(48 + column * (width + 20), 66, picture, scale)
        axes.set_title(name, loc="left")
    axes = sheet.axes(48, 66 + height + 46, plane, plane)
    if limit is None:
        places = places - (places.max(axis=0) + places.min(axis=0)) / 2
        limit = 1.12 * float(np.abs(places).max())
        axes.set(xticks=[], yticks=[])
        axes.set_title("the same means at the t-SNE of their z (a map, without units)", loc="left")
    else:
        frame(axes, limit, dark=True)
        axes.set_title("the same means at their z", loc="left")
    pixels = round(plane / 100 * dpi)
    small = zoom(image, dpi, 40)
    canvas = place(to_bytes(mean), places, limit, pixels, small)
    show_plane(axes, canvas, limit)
    return sheet.figure


def caption(*, n: int, plane: bool, conditional: bool) -> str:
    """What the samples show."""
    where = (
        "Below, the same means at their own z."
        if plane
        else "Below, the same means laid out by a t-SNE of their z: a map without units, on which "
        "only nearness means something."
    )
    classes = " and a class drawn evenly" if conditional else ""
    return (
        f"{n} codes drawn from the prior, z ~ N(0, I){classes}, and decoded: samples bypass the "
        "encoder. Left, the means of p(x|z); right, one draw of x from each, pixel by pixel. A "
        "VAE's sample is the draw, though the mean is often shown in its place. Given z the pixels "
        f"are independent, so a draw adds noise without any pattern to its mean. {where}"
    )
