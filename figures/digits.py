"""The map with the test images themselves, each where the encoder puts it."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, label_classes, place, show_plane
from figures.sheet import Sheet, zoom
from figures.style import palette, styled
from vae.latent import spread_out


@styled
def draw(
    x: UInt8[ndarray, "n *image"],
    mean: Float[ndarray, "n 2"],
    labels: Int[ndarray, " n"],
    *,
    class_names: Sequence[str],
    limit: float,
    seed: int,
    title: str,
    dpi: int,
) -> Figure:
    """Test images at their posterior means, in their class's colour, none over another."""
    side = 860
    pixels = round(side / 100 * dpi)
    scale = zoom(x.shape[1:], dpi, 26)
    unit = 2 * limit / pixels
    tile = max(x.shape[1:3]) * scale * unit
    inside = np.flatnonzero((np.abs(mean) < limit - tile / 2).all(axis=1))
    order = np.random.default_rng(seed).permutation(inside)
    kept = spread_out(mean, tile, order)
    images = x[kept].astype(np.float64)
    if images.ndim == 3:
        colours = 0.3 + 0.7 * np.array(palette(len(class_names)))  # brighter, to be seen on black
        images = images[..., None] * colours[labels[kept], None, None, :]
    canvas = place(np.rint(images).astype(np.uint8), mean[kept], limit, pixels, scale)
    sheet = Sheet(side + 80, side + 112, dpi, title)
    axes = sheet.axes(54, 52, side, side)
    frame(axes, limit, dark=True)
    show_plane(axes, canvas, limit)
    label_classes(axes, mean, labels, class_names, dark=True)
    return sheet.figure


def caption() -> str:
    """What the map of images shows."""
    return (
        "Test images at their own posterior means, thinned so that none covers another: what the "
        "encoder places near what. Grey images are drawn in their class's colour. Where two "
        "classes meet, compare the images on both sides of the border; within a class, follow "
        "what changes from one end to the other."
    )
