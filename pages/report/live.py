"""A latent plane that decodes under the reader's hand: what pages/report/live.js needs for it."""

from typing import Any

import numpy as np

from pages import networks
from pages.render import pack
from vae.files.weights import Weights


def live(model: Weights, grid: int) -> dict[str, Any]:
    """The decoder of a model with two latent axes and no classes, in half precision.

    Args:
        model: of any network and likelihood.
        grid: the plane is shown as grid×grid decoded tiles.
    """
    decoder = {
        name: weights.astype(np.float16)
        for name, weights in networks.arrays(model).items()
        if name.startswith("decoder")
    }
    table, arrays = pack(decoder | {"cdf": networks.cdf()})
    shape = model.settings["image_shape"]
    return {
        "arrays": arrays,
        "data": networks.settings(model) | {"table": table, "grid": grid, "imageShape": shape},
    }
