"""What a page needs to run a model's networks, as pages/explorer/network.js reads it.

Torch keeps an image as planes, C×H×W; a page keeps the values of a pixel together, H×W×C, as an
image file does. So the weights are laid out anew here, and what is left of a network are layers
that are one matrix product each: linear, convolution and transposed convolution.
"""

import math
from typing import Any

import numpy as np
from jaxtyping import Float, Float32
from numpy import ndarray
from scipy.special import ndtr

from vae.files.weights import MAX_LOG_VAR, Weights

_CDF_SPAN, _CDF_STEPS = 8, 1024
_HALVING = {"kernel": 3, "stride": 2, "padding": 1}  # of each convolution in vae.model.networks

Layer = dict[str, Any]


def cdf() -> Float[ndarray, " steps"]:
    """Φ, the standard normal's distribution function, at even steps up to 0."""
    return ndtr(np.linspace(-_CDF_SPAN, 0, _CDF_STEPS + 1)).astype(np.float32)


def settings(model: Weights) -> dict[str, Any]:
    """What is to be known of the networks beside their weights and `cdf`."""
    return {
        "cdfSpan": _CDF_SPAN,
        "maxLogVar": MAX_LOG_VAR,
        "activation": model.settings["activation"],
        "likelihood": model.settings["likelihood"],
        "encoder": encoder(model.settings),
        "decoder": decoder(model.settings),
        "shifts": model.settings.get("shifts", 0),
        "refinements": model.settings.get("refinements", 0),
    }


def encoder(settings: dict[str, Any]) -> list[Layer]:
    """The encoder's layers, each with the name of its weights; activations lie between them."""
    if settings["network"] == "mlp":
        return _perceptron("encoder", settings)
    maps = _maps(settings)
    count = len(maps) - 1
    return [
        *(
            _layer("convolution", f"encoder.{2 * i + 1}", maps[i], maps[i + 1])
            for i in range(count)
        ),
        {"kind": "linear", "name": f"encoder.{2 * count + 2}"},
    ]


def decoder(settings: dict[str, Any]) -> list[Layer]:
    """The decoder's layers, as `encoder` gives those of the encoder."""
    if settings["network"] == "mlp":
        return _perceptron("decoder", settings)
    maps = _maps(settings)[::-1]
    return [
        {"kind": "linear", "name": "decoder.0"},
        *(
            _layer("transposed", f"decoder.{2 * i + 3}", maps[i], maps[i + 1])
            for i in range(len(maps) - 1)
        ),
    ]


def arrays(model: Weights) -> dict[str, Float32[ndarray, "..."]]:
    """The weights by name, laid out for a page: a row of each is what gives one output."""
    found = dict(model.arrays)
    if model.settings["network"] == "mlp":
        return found
    *convolutions, out = encoder(model.settings)
    into, *transposed = decoder(model.settings)
    for layer in convolutions:
        found[f"{layer['name']}.weight"] = found[f"{layer['name']}.weight"].transpose(0, 2, 3, 1)
    for layer in transposed:
        found[f"{layer['name']}.weight"] = found[f"{layer['name']}.weight"].transpose(2, 3, 1, 0)
    height, width, channels = _maps(model.settings)[-1]
    planes = np.arange(height * width * channels).reshape(channels, height, width)
    order = planes.transpose(1, 2, 0).ravel()
    found[f"{out['name']}.weight"] = found[f"{out['name']}.weight"][:, order]
    for kind in ("weight", "bias"):
        found[f"{into['name']}.{kind}"] = found[f"{into['name']}.{kind}"][order]
    return found


def _perceptron(part: str, settings: dict[str, Any]) -> list[Layer]:
    count = len(settings["hidden"]) + 1
    return [{"kind": "linear", "name": f"{part}.{2 * i}"} for i in range(count)]


def _layer(kind: str, name: str, before: list[int], after: list[int]) -> Layer:
    return {"kind": kind, "name": name, "from": before, "to": after[:2], **_HALVING}


def _maps(settings: dict[str, Any]) -> list[list[int]]:
    """Height, width and channels of the image, without a class, and of what each halving makes."""
    height, width, *channels = settings["image_shape"]
    return [
        [-(-height // 2**n), -(-width // 2**n), planes]
        for n, planes in enumerate([math.prod(channels), *settings["hidden"]])
    ]
