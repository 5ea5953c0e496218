"""How exactly the encoder places each image: the width σ of its posterior."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from numpy import ndarray

from figures.plane import frame, label_classes, scatter
from figures.sheet import Sheet, mosaic, tile_centres, zoom
from figures.style import palette, styled
from figures.text import over_columns
from vae.codes import Codes, posterior_std


@styled
def draw(
    x: UInt8[ndarray, "n *image"],
    codes: Codes,
    *,
    class_names: Sequence[str],
    ellipses: int,
    strip: int,
    limit: float,
    seed: int,
    title: str,
    dpi: int,
) -> Figure:
    """Posterior ellipses, dots sized by σ, and the images of smallest and largest σ by class.

    Args:
        x: test images.
        codes: theirs; two latent axes.
        class_names: one for each class, "" for one that is not shown.
        ellipses: drawn for each class.
        strip: images of smallest and of largest σ shown of each class that has so many; fewer
            if none has.
        limit: of the latent frame.
        seed: picks the images whose ellipses are drawn.
        title: names model and data set.
        dpi: pixels an inch.
    """
    classes, labels, sigma = len(class_names), codes.label, posterior_std(codes)
    sizes = np.bincount(labels, minlength=classes) * np.array(list(map(bool, class_names)))
    strip = min(strip, int(sizes.max()))
    present = [c for c in np.flatnonzero(sizes >= strip).tolist() if class_names[c]]
    scale = zoom(x.shape[1:], dpi, 44)
    extremes = {
        "smallest": _narrowest(sigma, labels, present, strip),
        "largest": _narrowest(-sigma, labels, present, strip),
    }
    pictures = {which: mosaic(x[chosen], 1) for which, chosen in extremes.items()}
    height, width = (side * scale / dpi * 100 for side in pictures["largest"].shape[:2])
    names = over_columns([class_names[c] for c in present], width / len(present))
    panel = max(width, 380)
    below = 62 + panel + 90
    sheet = Sheet(54 + 2 * panel + 70, below + height + 8 + round(names.room), dpi, title)

    axes = sheet.axes(54, 62, panel, panel)
    frame(axes, limit)
    _draw_ellipses(axes, codes, class_names, ellipses, seed)
    axes.set_title(f"posteriors at true scale: 1σ ellipses, {ellipses} images a class", loc="left")

    axes = sheet.axes(54 + panel + 50, 62, panel, panel)
    frame(axes, limit)
    scatter(axes, codes.mean, labels, classes, size=4 * sigma / np.median(sigma))
    label_classes(axes, codes.mean, labels, class_names)
    axes.set_title("posterior means; a dot's area is its σ", loc="left")

    for column, (which, picture) in enumerate(pictures.items()):
        axes = sheet.picture(54 + column * (panel + 50), below, picture, scale)
        axes.set_title(f"images of the {which} σ in each class, from the top", loc="left")
        places = tile_centres(len(present), picture.shape[1])
        axes.set_xticks(places, names.texts, rotation=names.rotation)
        axes.tick_params(length=0)
    return sheet.figure


def _narrowest(
    sigma: Float[ndarray, " n"],
    labels: Int[ndarray, " n"],
    classes: Sequence[int],
    count: int,
) -> Int[ndarray, "count classes"]:
    """Indices of the images of smallest σ in each class, from the smallest on."""
    members = [np.flatnonzero(labels == c) for c in classes]
    return np.stack([m[sigma[m].argsort(kind="stable")[:count]] for m in members], axis=1)


def _draw_ellipses(
    axes: Axes, codes: Codes, class_names: Sequence[str], each: int, seed: int
) -> None:
    """The 1σ ellipses of some images of each class that has a name, in its colour."""
    rng = np.random.default_rng(seed)
    colours = palette(len(class_names))
    for label in [label for label, name in enumerate(class_names) if name]:
        colour = colours[label]
        members = np.flatnonzero(codes.label == label)
        for i in rng.choice(members, min(each, len(members)), replace=False):
            axes.add_patch(
                Ellipse(
                    tuple(codes.mean[i]),
                    *(2 * np.exp(0.5 * codes.log_var[i].astype(np.float64))),
                    fc=(*colour, 0.35),
                    ec=colour,
                    lw=0.6,
                )
            )


def caption(codes: Codes, class_names: Sequence[str]) -> str:
    """How wide the posteriors are, overall and by class, and how to read it."""
    sigma = posterior_std(codes)
    medians = sorted(
        (float(np.median(sigma[codes.label == label])), class_names[label])
        for label in np.unique(codes.label)
    )
    (least, narrow), (most, wide) = medians[0], medians[-1]
    by_class = f", by class from {least:.3f} ({narrow}) to {most:.3f} ({wide})"
    return (
        "σ, the standard deviation of q(z|x), says how exactly the encoder places an image; the "
        "prior's σ is 1. An image's σ here is the geometric mean over the latent axes. Its median "
        f"over the test images is {np.median(sigma):.3f}{by_class if len(medians) > 1 else ''}. "
        "Above left, 1σ ellipses of q(z|x) at true scale; right, every test image, with a dot "
        "whose area grows with its σ; below, the images of smallest and of largest σ in each "
        "class. A large σ is no proof of an ambiguous image, nor a small σ of a clear one: a code "
        "must be exact where a short step in z changes the decoded picture much, and need not be "
        "where it changes little."
    )
