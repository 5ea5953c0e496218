"""Arrays in scratch files, which have no name: larger than memory, gone when nobody has them."""

import math
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from numpy import ndarray


def on_disk(
    parts: Iterable[bytes | UInt8[ndarray, "..."]],
    shape: tuple[int, ...],
    folder: Path | None = None,
) -> UInt8[ndarray, "..."]:
    """The bytes of all parts, one after the other, as an array of that shape, not to be written to.

    Args:
        parts: as they come.
        shape: of the whole.
        folder: on whose disk the file lies; None: on that of temporary files.
    """
    with tempfile.TemporaryFile(dir=folder) as file:
        for part in parts:
            file.write(part)
        file.flush()
        if not math.prod(shape):  # of which no map can be made
            return np.empty(shape, np.uint8)
        return np.asarray(np.memmap(file, np.uint8, mode="r", shape=shape))
