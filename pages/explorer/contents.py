"""What an explorer page holds: a model's weights, the test set's codes and images, its plane.

Weights and codes are kept in half precision, but for most of a plane's model, and images at 16
levels: that, and not the code, decides a page's size. Of large or colourful images a page holds
fewer.
"""

from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.colors import to_hex
from numpy import ndarray
from scipy.spatial import cKDTree

from figures.style import palette
from pages import networks
from pages.explorer.images import ground, ink, to_nibbles
from pages.explorer.missed import missed
from pages.render import pack
from vae.codes import Codes, active, kl_by_axis
from vae.files import InputError
from vae.files.dataset import Classes
from vae.files.weights import Weights

NEIGHBOURS = 8
_MISSED = 24
"""Images that the encoder misses, to be shown one by one."""
_SURE = 0.99
_FEWEST = 10
"""Images of a page."""
_BERNOULLI = ("bernoulli", "dynamic-bernoulli", "static-bernoulli")


def contents(
    x: UInt8[ndarray, "n *image"],
    known: Classes,
    model: Weights,
    codes: Codes,
    *,
    images: int,
    megabytes: float,
    limit: float,
    grid: int,
    active_variance: float,
    places: Float[ndarray, "n 2"] | None = None,
) -> dict[str, Any]:
    """The values of the template pages/explorer/page.html.

    Args:
        x: test images, grey or of three colours.
        known: their classes.
        model: of any network and likelihood, conditional or not.
        codes: of the test set.
        images: how many test images to keep at most, evenly spaced in the test set.
        megabytes: what all arrays of the page take at most.
        limit: the latent plane is shown from −limit to limit.
        grid: the plane is decoded at grid×grid tiles; of images that are not square, more along
            their shorter side.
        active_variance: see `vae.codes.active`.
        places: a map of the first n codes, for a latent space of more than two axes.

    Raises:
        InputError: the weights leave no room for images.
    """
    shown = len(codes.mean) if places is None else len(places)
    fixed = _weights(model) | {"cdf": networks.cdf()}
    most = int(megabytes * 1e6)
    index, table, text = _packed(fixed, min(images, shown), most, x, codes, places)
    mean = codes.mean[index]
    plane = codes.latent_dim == 2
    exact = plane and model.settings["likelihood"] in _BERNOULLI
    cloud = codes.latent_dim == 3 and places is None
    classes = int(model.settings["classes"])
    background = ground(x)
    height, width = x.shape[1:3]
    tiles = [round(grid * max(height, width) / side) for side in (width, height)]
    shared = {"dataset": known.dataset}
    return shared | {
        "plane": plane,
        "exact": exact,
        "cloud": cloud,
        "conditional": classes > 0,
        "latent_dim": codes.latent_dim,
        "images": len(index),
        "tiles": tiles,
        "long_names": max(map(len, known.names)) > 2,
        "arrays": text,
        "data": shared
        | networks.settings(model)
        | {
            "table": table,
            "tiles": tiles,
            "cloud": cloud,
            "exact": exact,
            "classes": classes,
            "classNames": list(known.names),
            "palette": [to_hex(colour) for colour in palette(len(known.names))],
            "imageShape": list(x.shape[1:]),
            "latentDim": codes.latent_dim,
            "limit": limit,
            "reach": float(max(limit, np.abs(mean).max())),
            "missed": _worst(missed(x[index], mean, codes.label[index], model)) if exact else [],
            "far": far(mean),
            "background": "#" + background.tobytes().hex(),
            "ink": None if background.any() or x[0, 0, 0].size > 1 else ink(x),
            "axes": [] if plane else _axes(codes, active_variance),
        },
    }


def _weights(model: Weights) -> dict[str, ndarray]:
    """In half precision; of a plane's model, whose decoder is steep, only the decoder's last ones.

    A code must be exact there, and log p(x) to a hundredth of a nat.
    """
    halved = networks.decoder(model.settings)[-1]["name"] + ".weight"
    steep = model.settings["latent_dim"] <= 2
    return {
        name: weights.astype(np.float32 if steep and name != halved else np.float16)
        for name, weights in networks.arrays(model).items()
    }


def _packed(
    fixed: dict[str, ndarray],
    count: int,
    most: int,
    x: UInt8[ndarray, "n *image"],
    codes: Codes,
    places: Float[ndarray, "n 2"] | None,
) -> tuple[Int[ndarray, " images"], list[dict[str, Any]], str]:
    """Which images are kept, `count` or as many as fit, and `pages.render.pack` of everything."""
    shown = len(codes.mean) if places is None else len(places)
    while True:
        index = np.linspace(0, shown - 1, count).astype(np.int32)
        arrays: dict[str, ndarray] = {
            "index": index,
            "mean": codes.mean[index].astype(np.float16),
            "label": codes.label[index].astype(np.int32),
            "images": to_nibbles(x[index]),
        }
        if places is not None:
            arrays["map"] = _unit(places, index)
        table, text = pack(fixed | arrays)
        if len(text) <= most:
            return index, table, text
        weights = len(pack(fixed)[1])
        fewer = int(0.99 * count * (most - weights) / (len(text) - weights))
        if fewer < _FEWEST:
            raise InputError(
                f"the weights of this model take {weights / 1e6:.1f} of explorer.megabytes, "
                f"{most / 1e6:.1f}, and its images need room, too; make one smaller or the other "
                "larger"
            )
        count = fewer


def _unit(
    places: Float[ndarray, "n 2"], index: Int[ndarray, " images"]
) -> Float[ndarray, "images 2"]:
    """Some places of a map, moved into the unit square with the rest of it."""
    low, high = places.min(axis=0), places.max(axis=0)
    side = 1.04 * (high - low).max()
    return np.asarray((places[index] - (low + high) / 2) / side + 0.5, np.float32)


def far(points: Float[ndarray, "n latent"]) -> float:
    """The distance to the eighth nearest other point that 99 % of the points do not exceed."""
    itself_and_others = min(NEIGHBOURS + 1, len(points))
    distances, _ = cKDTree(points).query(points, [itself_and_others])
    return float(np.quantile(distances, _SURE))


def _worst(by: Float[ndarray, " n"]) -> list[int]:
    """Places of the largest, the largest first."""
    return [int(place) for place in np.argsort(-by, kind="stable")[:_MISSED]]


def _axes(codes: Codes, active_variance: float) -> list[dict[str, Any]]:
    """The latent axes, those that cost most first."""
    kl, used = kl_by_axis(codes), active(codes, active_variance)
    return [
        {"axis": int(axis), "kl": round(float(kl[axis]), 4), "active": bool(used[axis])}
        for axis in np.argsort(-kl, kind="stable")
    ]
