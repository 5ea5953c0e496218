"""Moments of a training, as numbers of steps that were done: dense at first, while much changes."""

from functools import cache

import numpy as np

_POWER = 2
"""Of a moment's number that its steps grow with."""


@cache
def moments(steps: int, count: int) -> tuple[int, ...]:
    """Moments of a training of so many steps: `count` from its beginning to its end, or all.

    >>> moments(1000, 6)
    (0, 40, 160, 360, 640, 1000)
    >>> moments(3, 6)
    (0, 1, 2, 3)
    """
    if not count:
        return ()
    number = np.arange(count)
    squared = np.rint(steps * (number / max(1, count - 1)) ** _POWER).astype(int)
    return tuple(np.unique(np.clip(squared, number, steps)).tolist())
