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
        model: a multilayer perceptron with Bernoulli pixels; where it sees each of them as 0 or 1,
            a grey one counts as what is nearer.
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
    """What the decoder's last layer is given for each code, n×width, and its weights and bias."""
    activate = ACTIVATIONS[model.settings["activation"]]
    layers = [
        (model.arrays[f"decoder.{2 * i}.weight"], model.arrays[f"decoder.{2 * i}.bias"])
        for i in range(len(model.settings["hidden"]) + 1)
    ]
    given = np.zeros((len(codes), model.settings["classes"]), np.float32)
    given[:, label : label + 1] = 1  # of an unconditional model it has no columns
    inner = np.hstack([codes.astype(np.float32), given])
    for weight, bias in layers[:-1]:
        inner = activate(inner @ weight.T + bias).astype(np.float32)
    return inner, *layers[-1]
