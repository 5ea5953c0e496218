"""In which numbers networks compute: float32, or bfloat16 where the processor has it."""

from typing import Literal

import torch

Precision = Literal["bfloat16", "float32"]


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """A context in which matrix products take `precision`; everything else stays in float32.

    "bfloat16" means float32 on a device that would only emulate it, slower.
    """
    enabled = precision == "bfloat16" and computes_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=enabled)


def computes_bfloat16(device: torch.device) -> bool:
    """Whether the device's own instructions multiply bfloat16 matrices."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and bool(torch.cpu.get_capabilities().get("avx512_bf16"))
