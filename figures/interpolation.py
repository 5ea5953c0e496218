"""Walks through the latent space from one test image to another, as strips and on the map."""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any, NamedTuple

from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, label_classes, scatter
from figures.sheet import WHITE, Sheet, mosaic, zoom
from figures.style import INK, listed, palette, styled, word_colour
from figures.text import NAME_ROOM, fit, line_height, literal, text_width
from vae.pictures import Walk

_PLANE = 400
_HEADING: dict[str, Any] = {"size": 9.0, "weight": "bold"}
_HEADING_ROOM = 150
"""Of a walk's classes in one line."""
_WORD: dict[str, Any] = {"size": 7.5, "weight": "bold"}
_WORD_ROOM = 84
"""Of a class name under a picture: some 12 letters."""
_WORD_HEIGHT = 14


@styled
def draw(
    walks: Sequence[Sequence[Walk]],
    codes: Float[ndarray, "n latent"],
    labels: Int[ndarray, " n"],
    *,
    class_names: Sequence[str],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """A block for each group of walks: a strip for each walk and, in two dimensions, the map.

    Args:
        walks: in groups, each with the class that a classifier sees in every picture.
        codes: of the test set.
        labels: theirs.
        class_names: one for each class.
        limit: of the latent frame.
        title: names model and data set.
        dpi: pixels an inch.
    """
    strip = _strip_layout(walks[0][0].strip.shape[1:], class_names, dpi)
    headings = [[_heading(walk, class_names) for walk in group] for group in walks]
    lines = list(chain(*chain(*headings)))
    rows = [
        max(strip.height + _WORD_HEIGHT, max(map(len, names)) * line_height(_HEADING["size"]) + 10)
        for names in headings
    ]
    plane = _PLANE if codes.shape[1] == 2 else 0
    blocks = [
        max(len(group) * row, plane + 24) + 26 for group, row in zip(walks, rows, strict=True)
    ]
    left = plane + 70 + max(text_width(line, **_HEADING) for line in lines) + strip.overhang
    longest = max(len(walk.strip) for walk in chain(*walks))
    width = left + longest * strip.step + strip.overhang + 20
    sheet = Sheet(width, 48 + sum(blocks), dpi, title)
    top = 48.0
    for group, names, row, block in zip(walks, headings, rows, blocks, strict=True):
        if plane:
            axes = sheet.axes(44, top, plane, plane)
            frame(axes, limit)
            scatter(axes, codes, labels, len(class_names), size=1)
            _draw_paths(axes, group)
            label_classes(axes, codes, labels, class_names)
        for i, (walk, heading) in enumerate(zip(group, names, strict=True)):
            _draw_strip(sheet, left, top + i * row, walk, heading, strip)
        top += block
    return sheet.figure


class _Strip(NamedTuple):
    """The layout of strips; lengths in units of 1/100 inch."""

    zoom: int
    """File pixels for one image pixel."""
    gap: int
    """Image pixels between two pictures."""
    height: float
    """Of a picture, as `width`."""
    width: float
    step: float
    """From one picture to the next."""
    overhang: float
    """Of the longest word, on either side of its picture."""
    words: Sequence[str]
    """The class names as they stand under pictures."""


def _strip_layout(image: Sequence[int], class_names: Sequence[str], dpi: int) -> _Strip:
    """Pictures as close to each other as the class names under them allow."""
    scale = zoom(image, dpi, 42)
    unit = 100 / dpi * scale  # of an image pixel
    height, width = image[0] * unit, image[1] * unit
    read = len(class_names) > 1  # of a single class there is nothing to be told apart
    words = [fit(name, _WORD_ROOM, **_WORD) if read else "" for name in class_names]
    longest = max(text_width(word, **_WORD) for word in words)
    gap = max(1, round(0.03 * dpi / scale), math.ceil((longest + 4 - width) / unit))
    overhang = max(0.0, (longest - width) / 2)
    return _Strip(scale, gap, height, width, width + gap * unit, overhang, words)


def _heading(walk: Walk, class_names: Sequence[str]) -> list[str]:
    """The lines that name a walk's classes: one where there is room, else one for each class."""
    line = literal(_name(walk, class_names))
    if text_width(line, **_HEADING) <= _HEADING_ROOM:
        return [line]
    first, *others = (fit(class_names[label], NAME_ROOM, **_HEADING) for label in walk.classes)
    return [first, *(f"→{other}" for other in others)]


def _draw_paths(axes: Axes, walks: Sequence[Walk]) -> None:
    """The walks on the map, each as a dark line on a white one."""
    for walk in walks:
        for width, colour in ((3.2, "white"), (1.4, INK)):
            axes.plot(*walk.stops.T, color=colour, lw=width, marker="o", ms=2 + width, zorder=4)


def _draw_strip(
    sheet: Sheet,
    left: float,
    top: float,
    walk: Walk,
    heading: Sequence[str],
    strip: _Strip,
) -> None:
    """A walk's pictures, its classes before them, the class seen in each under it."""
    before, middle = left - strip.overhang - 8, top + strip.height / 2
    sheet.text(before, middle, "\n".join(heading), ha="right", va="center", **_HEADING)
    sheet.picture(left, top, mosaic(walk.strip[None], strip.gap, WHITE), strip.zoom)
    colours = palette(len(strip.words))
    for i, label in enumerate(walk.seen):
        sheet.text(
            left + i * strip.step + strip.width / 2,
            top + strip.height + _WORD_HEIGHT / 2 - 1,
            strip.words[label],
            ha="center",
            va="center",
            color=word_colour(colours[label]),
            **_WORD,
        )


def _name(walk: Walk, class_names: Sequence[str]) -> str:
    return "→".join(class_names[label] for label in walk.classes)


def caption(
    walks: Sequence[Sequence[Walk]], class_names: Sequence[str], *, conditional: bool
) -> str:
    """What the walks show, and what a classifier sees on them."""
    if len(class_names) == 1:
        return (
            "Straight walks between the posterior means of two test images, decoded on the way: a "
            "typical one and one that is far from it. All images are of one class."
        )
    passed: dict[str, list[str]] = {}
    kept = 0
    for walk in chain(*walks):
        classes, seen = walk.classes.tolist(), walk.seen.tolist()
        kept += (seen[0], seen[-1]) == (classes[0], classes[-1])
        if len(classes) == 2:
            others = dict.fromkeys(label for label in seen[1:-1] if label not in classes)
            passed[_name(walk, class_names)] = [class_names[label] for label in others]
    total = sum(map(len, walks))
    mixed = " The class moves along with z, as a mixture of the two labels." if conditional else ""
    return (
        "Straight walks between the posterior means of test images of the named classes, decoded "
        "on the way. The word under a picture is the class that an independent classifier reads "
        f"in it. At both ends of {kept} of {total} walks that is the class of the test image."
        f"{_passages(passed)}{mixed}"
    )


def _passages(passed: dict[str, list[str]]) -> str:
    """How many of the straight walks pass through classes of neither end, and which."""
    if not passed:
        return ""
    passing = {name: listed(others) for name, others in passed.items() if others}
    found = f" {len(passing)} of {len(passed)} walks from class to class pass through another class"
    examples = "; ".join(f"{name} through {others}" for name, others in list(passing.items())[:3])
    return f"{found}, such as {examples}." if examples else f"{found}."
