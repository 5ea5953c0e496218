"""Test images beside the mean of their reconstruction and what it lost."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.sheet import Sheet, mosaic, zoom
from figures.style import styled


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
    left = 24 + 7 * max(map(len, class_names))
    sheet = Sheet(left + 3 * (width + 14), 66 + height + 14, dpi, title)
    for column, (name, picture) in enumerate(pictures.items()):
        axes = sheet.picture(left + column * (width + 14), 66, picture, scale)
        axes.set_title(name, loc="left")
        if column == 0:
            places = (np.arange(len(class_names)) + 0.5) * picture.shape[0] / len(class_names) - 0.5
            axes.set_yticks(places, class_names)
            axes.tick_params(length=0)
    return sheet.figure


def caption(*, latent_dim: int) -> str:
    """What the reconstructions show."""
    return (
        f"What {latent_dim} numbers keep of an image. Left test images, in the middle the "
        "decoder's mean at the image's posterior mean, right what differs. The bottleneck keeps "
        "class, slant and weight of a stroke and loses what is particular to one hand; where it "
        "is unsure it answers with a blur, the average of what it expects."
    )
