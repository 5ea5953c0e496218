"""Of many classes a figure shows or names some, the most frequent, and says so."""

from collections.abc import Iterable, Sequence

from jaxtyping import Int
from numpy import ndarray

from vae.codes import most_frequent


def some_named(
    class_names: Sequence[str], label: Int[ndarray, " n"], most: int, others: Iterable[int] = ()
) -> list[str]:
    """The names of the `most` most frequent classes and of some others; of the rest none, "".

    >>> import numpy as np
    >>> some_named(["a", "b", "c"], np.array([2, 0, 0, 1, 2]), 2)
    ['a', '', 'c']
    """
    shown = {*most_frequent(label, most).tolist(), *others}
    return [name if i in shown else "" for i, name in enumerate(class_names)]


def sentence(shown: Sequence[object], classes: Sequence[str] | None = None) -> str:
    """A sentence, after a space, where not all classes are shown.

    Args:
        shown: those that are or, of all, the names, with "" for each that is not.
        classes: all, if `shown` is not of all.
    """
    every, named = len(classes or shown), sum(name != "" for name in shown)
    return f" Of {every} classes {named} are named here." if named < every else ""
