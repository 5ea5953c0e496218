"""A model in one file, and back: the same model gives the same bytes."""

import json
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import save as serialised
from torch import nn

from vae.files import weights
from vae.files.errors import InputError
from vae.model.vae import VAE

Model = TypeVar("Model", bound=nn.Module)


def save(model: nn.Module, path: Path) -> None:
    """Write weights and constructor arguments of a `VAE` or another module with `settings`."""
    state = {name: value.contiguous().cpu() for name, value in model.state_dict().items()}
    path.write_bytes(
        serialised(state, {_key(type(model)): json.dumps(model.settings, sort_keys=True)})
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
    settings, arrays = weights.read(path, _key(kind))
    state = {name: torch.from_numpy(array) for name, array in arrays.items()}
    try:
        with torch.device("meta"):  # where no settings, however large, take memory
            model = kind(**settings)
        model.load_state_dict(state, assign=True)
    except Exception as error:  # whatever a constructor raises of settings that it never wrote
        reason = str(error).splitlines()[-1].strip()
        raise InputError(f"{path} is of another architecture: {reason}; train it again") from None
    return model.to(device).eval()


def _key(kind: type) -> str:
    return kind.__name__.lower()
