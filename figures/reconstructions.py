"""Test images beside the mean of their reconstruction and what it lost."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, mosaic, tile_centres, zoom
from figures.style import styled
from figures.text import beside_rows

_HEADING_ROOM = 240


@styled
def draw(
    x: Num[ndarray, "classes each *image"],
    mean: Num[ndarray, "classes each *image"],
    *,
    class_names: Sequence[str],
    title: str,
    dpi: int,
) -> Figure:
    """Inputs, reconstructions and absolute differences, in [0, 1]; a row for each class."""
    scale = zoom(x.shape[2:], dpi)
    pictures = {
        "test images": mosaic(x, 1),
        "mean of p(x|z), z the posterior mean": mosaic(mean, 1),
        "absolute difference": mosaic(np.abs(x - mean), 1),
    }
    height, width = (side * scale / dpi * 100 for side in pictures["test images"].shape[:2])
    names = beside_rows(class_names)
    left = 24 + round(names.room)
    step = max(width, _HEADING_ROOM) + 14
    sheet = Sheet(left + 3 * step, 66 + height + 14, dpi, title)
    for column, (heading, picture) in enumerate(pictures.items()):
        axes = sheet.picture(left + column * step, 66, picture, scale)
        axes.set_title(heading, loc="left")
        if column == 0:
            axes.set_yticks(tile_centres(len(class_names), picture.shape[0]), names.texts)
            axes.tick_params(length=0)
    return sheet.figure


def caption(*, latent_dim: int) -> str:
    """What the reconstructions show."""
    return (
        f"What {latent_dim} numbers keep of an image. Left, test images, a row for each class; in "
        "the middle, their reconstructions: the mean of p(x|z) at the posterior mean of the "
        "image; right, the absolute difference of the two, black where they agree. The decoder "
        "cannot know what z does not hold: there its mean is an average of all images that z may "
        "stand for, and looks blurred."
    )
