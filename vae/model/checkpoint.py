"""A model in one file: its weights, and the arguments that build it in the file's metadata.

safetensors: no pickle, so loading runs no code, and the same model gives the same bytes.
"""

import json
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialised
from torch import nn

from vae.errors import InputError
from vae.model.vae import VAE

Model = TypeVar("Model", bound=nn.Module)


def save(model: nn.Module, path: Path) -> None:
    """Write weights and constructor arguments of a `VAE` or another module with `settings`."""
    weights = {name: value.contiguous().cpu() for name, value in model.state_dict().items()}
    path.write_bytes(
        serialised(weights, {_key(type(model)): json.dumps(model.settings, sort_keys=True)})
    )


def load(path: Path, device: torch.device | str = "cpu") -> VAE:
    """The VAE in `path`, in evaluation mode; see `load_kind`."""
    return load_kind(VAE, path, device)


def load_kind(kind: type[Model], path: Path, device: torch.device | str = "cpu") -> Model:
    """The model of that kind in `path`, in evaluation mode.

    Raises:
        InputError: the file is truncated, of another kind, or its weights do not fit the
            architecture that it names.
    """
    try:
        with safe_open(path, framework="pt", device=str(device)) as file:
            settings = (file.metadata() or {}).get(_key(kind))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(
            f"{path} is not a whole safetensors file: {error}; train it again"
        ) from None
    if settings is None:
        raise InputError(
            f"{path} holds no {kind.__name__} of this project: "
            f"its metadata has no key {_key(kind)!r}"
        )
    try:
        model = kind(**json.loads(settings)).to(device)
        model.load_state_dict(weights)
    except (TypeError, KeyError, RuntimeError, json.JSONDecodeError) as error:
        raise InputError(f"{path} is of another architecture: {error}") from None
    return model.eval()


def _key(kind: type) -> str:
    return kind.__name__.lower()
