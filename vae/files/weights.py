"""A model's file: its weights as arrays, and the arguments that build it in the file's metadata.

safetensors: no pickle, so loading runs no code. `vae.model.checkpoint` builds the model.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray
from safetensors import SafetensorError, safe_open

from vae.files.errors import InputError

MAX_LOG_VAR = 5.0
"""The largest log-variance of an encoder, for whatever computes with its weights. A σ above the
prior's 1 gains nothing, but that of an image unlike all others can grow until it overflows, and one
such image ruins a training; so σ ends at e^2.5 ≈ 12."""


class Weights(NamedTuple):
    """What a model's file holds."""

    settings: dict[str, Any]
    """The constructor's arguments."""
    arrays: dict[str, ndarray]
    """The weights by name, in single precision; the file may hold them in half."""


def read(path: Path, kind: str = "vae") -> Weights:
    """The weights and settings of a model of that kind (its class's name in small letters).

    Raises:
        InputError: the file is damaged or of another kind.
    """
    with path.open("rb"):  # names the file in an OSError, as safetensors does not
        pass
    try:
        with safe_open(path, framework="numpy") as file:
            settings = (file.metadata() or {}).get(kind)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(
            f"{path} is not a whole safetensors file: {error}; train it again"
        ) from None
    if settings is None:
        raise InputError(
            f"{path} holds no {kind} of this project: its metadata has no key {kind!r}"
        )
    try:
        found = Weights(dict(json.loads(settings)), arrays)
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: its metadata is damaged: {error}; train it again") from None
    for name, array in arrays.items():
        if array.dtype not in (np.float16, np.float32) or not np.isfinite(array).all():
            raise InputError(
                f"{path}: its {name} is damaged: not finite float16 or float32; train it again"
            )
        arrays[name] = array.astype(np.float32)
    return found
