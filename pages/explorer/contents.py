"""What an explorer page holds: a model's weights, the test set's codes and images, its plane.

Weights and codes are kept in half precision, but for most of a plane's model, and images at 16
greys: that, and not the code, decides a page's size.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.colors import to_hex
from numpy import ndarray
from scipy.spatial import cKDTree

from figures.style import palette
from pages import networks
from pages.explorer.missed import missed
from pages.render import pack
from vae.codes import Codes, active, kl_by_axis
from vae.files.dataset import Classes
from vae.files.weights import Weights

NEIGHBOURS = 8
_MISSED = 24
"""Images that the encoder misses, to be shown one by one."""
_SURE = 0.99


def contents(
    x: UInt8[ndarray, "n *image"],
    known: Classes,
    model: Weights,
    codes: Codes,
    *,
    images: int,
    limit: float,
    grid: int,
    active_variance: float,
    places: Float[ndarray, "n 2"] | None = None,
) -> dict[str, Any]:
    """The values of the template pages/explorer/page.html.

    Args:
        x: test images.
        known: their classes.
        model: any image shape and latent size, conditional or not.
        codes: of the test set.
        images: how many test images to keep at most, evenly spaced in the test set.
        limit: the latent plane is shown from −limit to limit.
        grid: the plane is decoded at grid×grid tiles.
        active_variance: see `vae.codes.active`.
        places: a map of the first n codes, for a latent space of more than two axes.
    """
    shown = len(codes.mean) if places is None else len(places)
    index = np.linspace(0, shown - 1, min(images, shown)).astype(np.int32)
    mean = codes.mean[index]
    arrays = {
        **{
            name: weights.astype(_kept(name, model.settings))
            for name, weights in model.arrays.items()
        },
        "cdf": networks.cdf(),
        "index": index,
        "mean": mean.astype(np.float16),
        "label": codes.label[index].astype(np.int32),
        "images": to_nibbles(x[index]),
    }
    if places is not None:
        low, high = places.min(axis=0), places.max(axis=0)
        side = 1.04 * (high - low).max()
        arrays["map"] = ((places[index] - (low + high) / 2) / side + 0.5).astype(np.float32)
    table, text = pack(arrays)
    plane, drawable = codes.latent_dim == 2, x.ndim == 3
    cloud = codes.latent_dim == 3 and places is None
    classes = int(model.settings["classes"])
    shared = {"dataset": known.dataset, "grid": grid}
    return shared | {
        "plane": plane,
        "cloud": cloud,
        "conditional": classes > 0,
        "latent_dim": codes.latent_dim,
        "images": len(index),
        "drawable": drawable,
        "long_names": max(map(len, known.names)) > 2,
        "arrays": text,
        "data": shared
        | networks.settings(model)
        | {
            "table": table,
            "cloud": cloud,
            "classes": classes,
            "classNames": list(known.names),
            "palette": [to_hex(colour) for colour in palette(len(known.names))],
            "imageShape": list(x.shape[1:]),
            "latentDim": codes.latent_dim,
            "limit": limit,
            "reach": float(max(limit, np.abs(mean).max())),
            "missed": _worst(missed(x[index], mean, codes.label[index], model)) if plane else [],
            "far": far(mean),
            "ink": ink(x) if drawable else None,
            "axes": [] if plane else _axes(codes, active_variance),
        },
    }


def _kept(name: str, settings: Mapping[str, Any]) -> type[np.floating]:
    """Half precision; of a plane's model, whose decoder is steep, only the decoder's last weights.

    A code must be exact there, and log p(x) to a hundredth of a nat.
    """
    last = f"decoder.{2 * len(settings['hidden'])}.weight"
    return np.float32 if settings["latent_dim"] <= 2 and name != last else np.float16


def to_nibbles(images: UInt8[ndarray, "n *image"]) -> UInt8[ndarray, " bytes"]:
    """Images at 16 levels, two pixels a byte, the first in the high bits.

    >>> to_nibbles(np.array([[0, 255, 34]], np.uint8))
    array([15, 32], dtype=uint8)
    """
    levels = np.rint(images.ravel() / 17).astype(np.uint8)
    high, low = np.pad(levels, (0, len(levels) % 2)).reshape(-1, 2).T
    return high << 4 | low


def far(points: Float[ndarray, "n latent"]) -> float:
    """The distance to the eighth nearest other point that 99 % of the points do not exceed."""
    itself_and_others = min(NEIGHBOURS + 1, len(points))
    distances, _ = cKDTree(points).query(points, [itself_and_others])
    return float(np.quantile(distances, _SURE))


def ink(images: UInt8[ndarray, "n h w"]) -> dict[str, Any]:
    """How a data set places its ink, in pixels; empty images do not count.

    Returns:
        `box`, the median of the longer side of the bounding box, and `centre`, the mean centre of
        mass (x, y) from the image's upper left corner.
    """
    images = images[images.any(axis=(1, 2))]
    sides = [_spread(images.max(axis=axis) > 0) for axis in (1, 2)]
    mass = images.sum(axis=(1, 2), dtype=np.float64)
    centre = []
    for axis, length in ((1, images.shape[2]), (2, images.shape[1])):
        profile = images.sum(axis=axis, dtype=np.float64)
        centre.append(float((profile @ (np.arange(length) + 0.5) / mass).mean()))
    return {"box": float(np.median(np.maximum(*sides))), "centre": centre}


def _spread(inked: ndarray) -> Int[ndarray, " n"]:
    """From the first to the last true of every row."""
    length = inked.shape[1]
    return np.asarray(length - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1))


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
