"""Files of a data set as its makers publish them, written by hand: IDX arrays and checksums."""

import hashlib
import struct

import numpy as np

TYPES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13}


def idx(array):
    """A big-endian IDX file: 0, 0, type, number of axes, their lengths, the numbers."""
    header = struct.pack(f">HBB{array.ndim}I", 0, TYPES[array.dtype.name], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def sample(n, shape=(5, 4), labels=10, first=0):
    """Random images (not square, so that a transposed one is seen) and labels."""
    random = np.random.default_rng(n)
    x = random.integers(0, 256, (n, *shape), dtype=np.uint8)
    return x, random.integers(first, first + labels, n).astype(np.uint8)


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
