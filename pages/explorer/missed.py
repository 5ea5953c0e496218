"""Test images that the encoder misses, found with NumPy alone: it imports no torch.

An image is missed by as many nats as some other image's code explains it better than its own:

    max_j log p(x_i, z_j) − log p(x_i, z_i)
    log p(x, z) = x·l(z) − Σ log(1 + exp l(z)) − |z|²/2 + constant

with l the decoder's logits. In a plane the codes of some thousand images lie close enough for that
to be nearly the gap of the ELBO, which takes a quadrature for each image (`vae.gaps`).
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8
from numpy import ndarray
from scipy.special import expit, ndtr

from pages import networks
from vae.files.weights import Weights

ACTIVATIONS: dict[str, Callable[[ndarray], ndarray]] = {
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "silu": lambda x: x * expit(x),
    "gelu": lambda x: x * ndtr(x),
    "leaky_relu": lambda x: np.maximum(x, 0.01 * x),
    "softplus": lambda x: np.logaddexp(x, 0),
}
"""Those of `vae.model.networks`."""
_AT_ONCE = 512  # images: bounds memory


def missed(
    x: UInt8[ndarray, "n *image"],
    codes: Float[ndarray, "n 2"],
    label: Int[ndarray, " n"],
    model: Weights,
) -> Float32[ndarray, " n"]:
    """By how many nats another image's code explains each image better than its own; at least 0.

    Args:
        x: images.
        codes: the means of their posteriors.
        label: their classes; of a conditional model, codes count for images of their class alone.
        model: of Bernoulli pixels; where it sees them as 0 or 1, a grey one counts as what is
            nearer.
    """
    grey = model.settings["likelihood"] == "bernoulli"
    seen = x / np.float32(255) if grey else (x > 127).astype(np.float32)
    by = np.zeros(len(x), np.float32)
    groups = [label == k for k in np.unique(label)] if model.settings["classes"] else [label >= 0]
    for group in map(np.flatnonzero, groups):
        by[group] = _missed(
            seen[group].reshape(len(group), -1), codes[group], int(label[group[0]]), model
        )
    return by


def _missed(
    x: Float32[ndarray, "n pixels"], codes: Float[ndarray, "n 2"], label: int, model: Weights
) -> Float32[ndarray, " n"]:
    inner, weight, bias = _decoder(codes, label, model)
    rest = -np.logaddexp(inner @ weight.T + bias, 0).sum(1) - 0.5 * (codes**2).sum(1)
    by = np.empty(len(x), np.float32)
    for start in range(0, len(x), _AT_ONCE):
        part = np.arange(start, min(start + _AT_ONCE, len(x)))
        # x·l = (x W)·h + x·b, and the second is the same for all codes
        joint = (x[part] @ weight) @ inner.T + rest
        by[part] = joint.max(1) - joint[np.arange(len(part)), part]
    return by


def _decoder(
    codes: Float[ndarray, "n 2"], label: int, model: Weights
) -> tuple[ndarray, ndarray, ndarray]:
    """Numbers of each code, n×width, and the matrix and bias that make its logits of them.

    Of a convolutional decoder these are the logits themselves.
    """
    given = np.zeros((len(codes), model.settings["classes"]), np.float32)
    given[:, label : label + 1] = 1  # of an unconditional model it has no columns
    inner = np.hstack([codes.astype(np.float32), given])
    layers, arrays = networks.decoder(model.settings), networks.arrays(model)
    last = layers[-1]["name"]
    if layers[-1]["kind"] == "linear":
        inner = _run(layers[:-1], arrays, inner, model.settings["activation"])
        inner = ACTIVATIONS[model.settings["activation"]](inner).astype(np.float32)
        return inner, arrays[f"{last}.weight"], arrays[f"{last}.bias"]
    parts = np.array_split(inner, -(-len(inner) // _AT_ONCE))
    logits = [_run(layers, arrays, part, model.settings["activation"]) for part in parts]
    values = logits[0].shape[1]
    return np.concatenate(logits), np.eye(values, dtype=np.float32), np.zeros(values, np.float32)


def _run(
    layers: list[networks.Layer],
    arrays: dict[str, ndarray],
    x: Float32[ndarray, "n inputs"],
    activation: str,
) -> Float32[ndarray, "n outputs"]:
    """Rows through layer after layer, with activations between them."""
    for depth, layer in enumerate(layers):
        if depth:
            x = ACTIVATIONS[activation](x).astype(np.float32)
        weight, bias = (arrays[f"{layer['name']}.{kind}"] for kind in ("weight", "bias"))
        x = (
            x @ weight.T + bias
            if layer["kind"] == "linear"
            else _transposed(layer, weight, bias, x)
        )
    return x


def _transposed(
    layer: networks.Layer, weight: ndarray, bias: ndarray, x: Float32[ndarray, "n inputs"]
) -> Float32[ndarray, "n outputs"]:
    """A transposed convolution: what each place adds under its kernel, on H×W×C."""
    (height, width, channels), (rows, columns) = layer["from"], layer["to"]
    stride, edge, kernel = layer["stride"], layer["padding"], layer["kernel"]
    added = x.reshape(len(x), height, width, channels) @ weight.reshape(-1, channels).T
    added = added.reshape(len(x), height, width, kernel, kernel, len(bias))
    canvas = np.zeros(
        (len(x), stride * height + kernel, stride * width + kernel, len(bias)), np.float32
    )
    for down in range(kernel):
        for right in range(kernel):
            canvas[
                :, down : down + stride * height : stride, right : right + stride * width : stride
            ] += added[:, :, :, down, right]
    return (canvas[:, edge : edge + rows, edge : edge + columns] + bias).reshape(len(x), -1)
