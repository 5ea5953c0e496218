"""Prior samples: decoder means beside draws, and the same digits at their place."""

import numpy as np
from jaxtyping import Float, Num
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from vae.figures.base import Sheet, frame, mosaic, styled, to_bytes, zoom


@styled
def draw(
    mean: Num[ndarray, "n *image"],
    drawn: Num[ndarray, "n *image"],
    places: Float[ndarray, "n 2"],
    *,
    rows: int,
    limit: float | None,
    title: str,
    dpi: int,
) -> Figure:
    """Two grids, and a plane with the means at their places.

    Args:
        mean: decoder means in [0, 1].
        drawn: one draw x ~ p(x | z) of each.
        places: z itself, or a map of z.
        rows: of the grids; n = rows².
        limit: of the latent frame; None where `places` are a map without units.
        title: names model and data set.
        dpi: pixels an inch.
    """
    image = mean.shape[1:]
    scale = zoom(image, dpi, 52)
    grids = [mosaic(x.reshape(rows, rows, *image), 1) for x in (mean, drawn)]
    side = grids[0].shape[0] * scale / dpi * 100
    plane = 2 * side + 20
    sheet = Sheet(48 + plane + 16, 66 + side + 46 + plane + 50, dpi, title)
    names = ("decoder means, E[x|z]", "draws, x ~ p(x|z)")
    for column, (name, picture) in enumerate(zip(names, grids, strict=True)):
        axes = sheet.picture(48 + column * (side + 20), 66, picture, scale)
        axes.set_title(name, loc="left")
    axes = sheet.axes(48, 66 + side + 46, plane, plane)
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


def place(
    images: Num[ndarray, "n *image"],
    points: Float[ndarray, "n 2"],
    limit: float,
    pixels: int,
    scale: int,
) -> Num[ndarray, "pixels pixels channels"]:
    """A black square picture with images centred at points; where they overlap the brighter wins.

    Args:
        images: uint8, with or without colour.
        points: (right, up); an image that would cross an edge is left out.
        limit: the square runs from −limit to limit on both axes.
        pixels: side of the picture.
        scale: picture pixels for each image pixel.
    """
    if images.ndim == 3:
        images = images[..., None]
    tiles = images.repeat(scale, axis=1).repeat(scale, axis=2)
    height, width = tiles.shape[1:3]
    canvas = np.zeros((pixels, pixels, 3), np.uint8)
    unit = (points + limit) / (2 * limit)
    tops = np.rint((1 - unit[:, 1]) * pixels - height / 2).astype(int)
    lefts = np.rint(unit[:, 0] * pixels - width / 2).astype(int)
    for tile, top, left in zip(tiles, tops, lefts, strict=True):
        if 0 <= top <= pixels - height and 0 <= left <= pixels - width:
            region = canvas[top : top + height, left : left + width]
            np.maximum(region, tile, out=region)
    return canvas


def show_plane(axes: Axes, canvas: Num[ndarray, "pixels pixels channels"], limit: float) -> None:
    """Lay a square picture of the plane under axes that run from −limit to limit."""
    extent = (-limit, limit, -limit, limit)
    axes.imshow(canvas, extent=extent, interpolation="nearest", aspect="auto")


def caption(*, n: int, plane: bool, conditional: bool) -> str:
    """What the samples show."""
    where = (
        "Below, the same means at their own z."
        if plane
        else "Below, the same means laid out by a t-SNE of their z: a loose map, for few draws in "
        "many dimensions have no near neighbours."
    )
    classes = " and a class drawn evenly" if conditional else ""
    return (
        f"{n} codes drawn from the prior, z ~ N(0, I){classes}, and decoded: samples bypass the "
        "encoder. Left the means of p(x|z), right one draw of x from it, pixel by pixel. A VAE's "
        "sample is the draw, though the mean is often shown in its place. The draws are "
        f"grainy because pixels are independent given z. {where}"
    )
