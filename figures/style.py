"""What all figures look like: fonts, greys, one colour for each class, as a dot and as a word."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
import numpy as np
from jaxtyping import Float
from matplotlib.colors import to_rgb
from matplotlib.typing import ColorType
from numpy import ndarray

P = ParamSpec("P")
T = TypeVar("T")

RGB = tuple[float, float, float]
"""In sRGB, each channel in [0, 1]."""

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
    """Decorate a function that makes or renders artists: it runs in the project's style."""

    @functools.wraps(make)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
            return make(*args, **kwargs)

    return wrapped


def palette(classes: int) -> list[RGB]:
    """One colour for each class: Petroff's ten, for colour-blind readers; beyond ten, even hues.

    Source: Petroff 2021, arXiv:2107.02270.
    """
    ten = mpl.color_sequences["petroff10"]
    if classes <= len(ten):
        return [to_rgb(colour) for colour in ten[:classes]]
    return [to_rgb(mpl.colormaps["turbo"]((i + 0.5) / classes)) for i in range(classes)]


_READABLE = 3.0
"""Contrast that WCAG 2.2, success criterion 1.4.11, asks of graphics; 1.4.3 of bold words."""


def word_colour(colour: ColorType, ground: ColorType = "white") -> RGB:
    """A colour of the same hue in which words can be read on a ground: contrast at least 3:1.

    A colour that is readable already is returned as it is. Any other is darkened on a light
    ground and lightened on a dark one, in linear light and just as far as need be, then rounded
    to bytes on the safe side.
    """
    rgb = to_rgb(colour)
    if contrast(rgb, ground) >= _READABLE:
        return rgb
    light, behind = _linear(rgb), luminance(ground)
    darker = (behind + 0.05) / _READABLE - 0.05
    if darker > 0:
        levels = np.floor(255 * _encoded(light * darker / luminance(rgb)))
    else:
        lighter = _READABLE * (behind + 0.05) - 0.05
        white = (lighter - luminance(rgb)) / (1 - luminance(rgb))
        levels = np.ceil(255 * _encoded(light + white * (1 - light)))
    red, green, blue = (levels / 255).tolist()
    return red, green, blue


def contrast(colour: ColorType, other: ColorType) -> float:
    """Contrast ratio of two colours, from 1 to 21. Source: WCAG 2.2, contrast ratio.

    >>> contrast("white", "black")
    21.0
    """
    lighter, darker = sorted((luminance(colour), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: ColorType) -> float:
    """Relative luminance of a colour, from 0 (black) to 1 (white). Source: WCAG 2.2."""
    return float(_linear(to_rgb(colour)) @ (0.2126, 0.7152, 0.0722))


def _linear(rgb: RGB) -> Float[ndarray, "3"]:
    """The light that each sRGB channel stands for. Source: IEC 61966-2-1."""
    encoded = np.array(rgb)
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _encoded(light: Float[ndarray, "3"]) -> Float[ndarray, "3"]:
    """The inverse of `_linear`."""
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def listed(words: Sequence[str]) -> str:
    """Words as a sentence lists them.

    >>> listed(["3", "5", "8"])
    '3, 5 and 8'
    """
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
