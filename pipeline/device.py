"""Where networks run."""

import os

import torch

from vae.files.errors import InputError


def device() -> torch.device:
    """Where networks run: $DEVICE, or the best of CUDA, MPS and CPU.

    An environment variable and no parameter: results agree between devices up to rounding.
    """
    name = os.environ.get("DEVICE", "auto")
    if name == "auto":
        found = torch.accelerator.current_accelerator(check_available=True)
        return found or torch.device("cpu")
    try:
        chosen = torch.device(name)
        torch.zeros(1, device=chosen)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0].split(". ")[0]
        raise InputError(f"DEVICE is {name!r}: {reason}; use auto, cpu, cuda or mps") from None
    return chosen
