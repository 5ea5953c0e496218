"""What all figures look like: fonts, greys, one colour a class."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.colors import to_rgb

P = ParamSpec("P")
T = TypeVar("T")

INK = "#222222"
FAINT = "#9a9a9a"
DARK = "#000000"

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "axes.labelsize": 9.0,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "axes.edgecolor": "#bbbbbb",
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": "#777777",
    "ytick.color": "#777777",
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.axisbelow": True,
    "savefig.facecolor": "white",
}


def styled(make: Callable[P, T]) -> Callable[P, T]:
    """Decorates whatever makes or renders artists: the project's style, and no global state."""

    @functools.wraps(make)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
            return make(*args, **kwargs)

    return wrapped


def palette(classes: int) -> list[tuple[float, float, float]]:
    """One colour a class: Petroff's ten, made for colour-blind readers; beyond ten, even hues.

    Source: Petroff 2021, arXiv:2107.02270.
    """
    ten = mpl.color_sequences["petroff10"]
    if classes <= len(ten):
        return [to_rgb(colour) for colour in ten[:classes]]
    return [to_rgb(mpl.colormaps["turbo"]((i + 0.5) / classes)) for i in range(classes)]


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    >>> listed(["3", "5", "8"])
    '3, 5 and 8'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
