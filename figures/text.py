"""Names and titles of any length and content: measured, shortened to their room, shown literally.

Widths are in units of 1/100 inch, as all layouts are.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from figures.style import styled

NAME_ROOM = 112.0
"""The most that a class name takes beside a row or above a column: some 18 letters."""

_UNITS_PER_POINT = 100 / 72
_HINTING = 1.06
"""Letters are drawn on whole pixels, which widens a text by up to 6 % at 75 dpi and above."""
_GAP = 4.0
_LINE_HEIGHT = 1.2
"""Of a line, in font sizes."""


@styled
def text_width(text: str, size: float, weight: str = "normal") -> float:
    """The room that a text takes in the figures' font at a size in points, at any resolution."""
    font, math = FontProperties(size=size, weight=weight), is_math_text(text)
    shown = text if math else text.replace(r"\$", "$")
    points = text_to_path.get_text_width_height_descent(shown, font, ismath=math)[0]
    return _HINTING * _UNITS_PER_POINT * points


def line_height(size: float) -> float:
    """Of a line of text at a size in points."""
    return _LINE_HEIGHT * _UNITS_PER_POINT * size


def literal(text: str) -> str:
    """The text as matplotlib must be given it to show every character: a `$` begins no formula."""
    return text.replace("$", r"\$")


def fit(text: str, room: float, size: float, weight: str = "normal") -> str:
    """The text, literally; where it is wider than its room, an ellipsis replaces its middle.

    The middle, because long names of one family may differ at either end, and because a title
    ends with its model and data set.
    """

    def width(kept: int) -> float:
        return text_width(literal(_elided(text, kept)), size, weight)

    if width(len(text)) <= room:
        return literal(text)
    kept = bisect_right(range(len(text)), room, key=width) - 1
    return literal(_elided(text, kept)) if kept > 0 else ""


def _elided(text: str, kept: int) -> str:
    """The text with `kept` of its characters."""
    if kept >= len(text):
        return text
    tail = kept // 2
    return f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"


class Names(NamedTuple):
    """Names in a row or a column, ready to be drawn."""

    texts: list[str]
    rotation: int
    """0, or 90 where they stand upright."""
    room: float
    """Across the row or column: the height of a row of names, the width of a column of them."""


def beside_rows(names: Sequence[str], size: float = 8.0, weight: str = "normal") -> Names:
    """Names beside rows, each as long as it may be."""
    texts = [fit(name, NAME_ROOM, size, weight) for name in names]
    return Names(texts, 0, max(text_width(text, size, weight) for text in texts))


def over_columns(
    names: Sequence[str], column: float, size: float = 8.0, weight: str = "normal"
) -> Names:
    """Names over or under columns of a width: level if each fits its column, else all upright."""
    widest = max(text_width(literal(name), size, weight) for name in names)
    if widest <= column - _GAP:
        return Names([literal(name) for name in names], 0, line_height(size))
    return beside_rows(names, size, weight)._replace(rotation=90)
