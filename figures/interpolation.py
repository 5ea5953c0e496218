"""Walks through the latent space from one test image to another, as strips and on the map."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from jaxtyping import Float, Int, Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import frame, label_classes, scatter
from figures.sheet import WHITE, Sheet, mosaic, zoom
from figures.style import listed, palette, styled


class Walk(NamedTuple):
    """A walk through the codes of test images, decoded at some places on its way."""

    stops: Float[ndarray, "stops latent"]
    classes: tuple[int, ...]
    """Of the stops."""
    mean: Num[ndarray, "steps *image"]


@styled
def draw(
    walks: Sequence[Sequence[Walk]],
    read: Int[ndarray, " pictures"],
    codes: Float[ndarray, "n latent"],
    labels: Int[ndarray, " n"],
    *,
    class_names: Sequence[str],
    limit: float,
    title: str,
    dpi: int,
) -> Figure:
    """A block for each group of walks: a strip for each walk and, in two dimensions, the map.

    `read` holds the class that a classifier reads in each picture, walk after walk.
    """
    image = walks[0][0].mean.shape[1:]
    scale = zoom(image, dpi, 42)
    gap = max(1, round(0.03 * dpi / scale))
    unit = 100 / dpi * scale  # of an image pixel
    tile, word = image[0] * unit, 14
    longest = max(len(walk.mean) for group in walks for walk in group)
    plane = 400 if codes.shape[1] == 2 else 0
    blocks = [max(len(group) * (tile + word), plane + 24) + 26 for group in walks]
    longest_name = max(len(_name(walk, class_names)) for group in walks for walk in group)
    left = plane + 70 + 8.5 * longest_name
    sheet = Sheet(left + longest * (image[1] + gap) * unit + 20, 48 + sum(blocks), dpi, title)
    colours = palette(len(class_names))
    words = iter(read)
    top = 48.0
    for group, block in zip(walks, blocks, strict=True):
        if plane:
            axes = sheet.axes(44, top, plane, plane)
            frame(axes, limit)
            scatter(axes, codes, labels, len(class_names), size=1)
            for walk in group:
                for width, colour in ((3.2, "white"), (1.4, "#222222")):
                    axes.plot(
                        *walk.stops.T, color=colour, lw=width, marker="o", ms=2 + width, zorder=4
                    )
            label_classes(axes, codes, labels, class_names)
        for row, walk in enumerate(group):
            height = top + row * (tile + word)
            name = _name(walk, class_names)
            sheet.text(left - 8, height + tile / 2, name, ha="right", va="center", weight="bold")
            sheet.picture(left, height, mosaic(walk.mean[None], gap, WHITE), scale)
            for i in range(len(walk.mean)):
                label = next(words)
                sheet.text(
                    left + (i * (image[1] + gap) + image[1] / 2) * unit,
                    height + tile + word / 2 - 1,
                    class_names[label][:5],
                    ha="center",
                    va="center",
                    size=7.5,
                    weight="bold",
                    color=colours[label],
                )
        top += block
    return sheet.figure


def _name(walk: Walk, class_names: Sequence[str]) -> str:
    return "→".join(class_names[label] for label in walk.classes)


def caption(
    walks: Sequence[Sequence[Walk]],
    words: Int[ndarray, " pictures"],
    class_names: Sequence[str],
    *,
    conditional: bool,
) -> str:
    """What the walks show; `words` are the classes read in all their pictures, in order."""
    remaining = iter(words.tolist())
    through: dict[str, list[str]] = {}
    for walk in chain.from_iterable(walks):
        read = [next(remaining) for _ in walk.mean]
        between = read[1:-1]
        others = dict.fromkeys(label for label in between if label not in walk.classes)
        if len(walk.classes) == 2:
            through[_name(walk, class_names)] = [class_names[label] for label in others]
    mixed = " The class moves along with z, as a mixture of the two labels." if conditional else ""
    return (
        "Straight walks between the posterior means of two test images of the named classes (the "
        "most typical of each), decoded on the way. The word under a picture is what an "
        f"independent classifier reads in it. {_passages(through)}{mixed}"
    )


def _passages(through: dict[str, list[str]]) -> str:
    """How many of the straight walks pass through classes of neither end, and which."""
    passing = {name: listed(others) for name, others in through.items() if others}
    found = f"{len(passing)} of {len(through)} walks from class to class pass through another class"
    examples = "; ".join(f"{name} through {others}" for name, others in list(passing.items())[:3])
    return f"{found}, such as {examples}." if examples else f"{found}."
