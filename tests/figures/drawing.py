"""Small figures of every kind, and the texts and pictures that are drawn on them."""

import re
from unittest import mock

import numpy as np
from matplotlib.text import Text
from PIL import Image

from figures import (
    cloud,
    conditional,
    digits,
    film,
    interpolation,
    manifold,
    reconstructions,
    samples,
    scatter,
    traversal,
    tsne,
    uncertainty,
)
from figures.sheet import Sheet
from figures.style import styled
from figures.table import margins, table
from vae.codes import Codes
from vae.film import Film, columns
from vae.pictures import Walk

CLASSES = ("zero", "one", "two")
LIMIT = 4.0
LOOK = {"title": "A figure: model on data", "dpi": 100}
FASHION = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
LONG = tuple(f"class {i}, whose name has sixty characters before it ends in {i}" for i in range(10))
FORMULAS = tuple(f"$x_{i}$" for i in range(10))
SPECIFIC = re.compile(
    r"\b(digits?|numerals?|hands?|handwrit\w*|written|writers?|hast[ey]\w*|strokes?|"
    r"slant\w*|pens?|inks?|inked|bold(est)?|thin(nest)?|cloth(es|ing)?|garments?|sleeves?|"
    r"an? [0-9]|clear [0-9]|(grey|black|white) pixels?|(white|bright) on (black|dark))\b",
    re.IGNORECASE,
)
"""Words that say something of one data set alone."""
QUALITY = {
    "pca_explained_variance": 0.5,
    "pca_knn_accuracy": 0.5,
    "pca_trustworthiness": 0.5,
    "knn_accuracy": 0.5,
    "trustworthiness": 0.5,
    "kl_divergence": 1.23,
    "knn_accuracy_latent": 0.97,
}


def clusters(classes, n=90):
    """Codes in as many clusters as there are classes, on a circle."""
    rng = np.random.default_rng(0)
    label = np.arange(n) % classes
    angle = 2 * np.pi * label / classes
    centre = 2 * np.stack([-np.cos(angle), np.sin(angle)], axis=1)
    mean = (centre + 0.2 * rng.normal(size=(n, 2))).astype(np.float32)
    log_var = rng.normal(-3, 0.3, size=(n, 2)).astype(np.float32)
    return Codes(mean, log_var, mean + 0.1, label)


def pictures(n=90, side=8):
    return np.random.default_rng(1).integers(0, 256, size=(n, side, side), dtype=np.uint8)


def walk(classes=(0, 1), steps=4, side=8, seen=None):
    stops = np.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 2.0], [-2.0, 0.0]])[: len(classes)]
    seen = np.resize(classes, steps) if seen is None else np.array(seen)
    strip = pictures(len(seen), side) / 255
    return Walk(stops, np.array(classes), strip, seen, strip)


def space(classes, n=90):
    """Codes of three axes: the clusters of the plane, each at its own depth."""
    codes = clusters(classes, n)
    depth = (codes.label - (classes - 1) / 2)[:, None] * np.float32(4 / classes)
    return np.concatenate([codes.mean, depth.astype(np.float32)], axis=1), codes.label


def training(codes, classes=0, moments=5, n=3, side=8):
    """A film in which codes go from the origin to their places; with classes of a conditional
    model.
    """
    share = np.linspace(0, 1, moments)[:, None, None]
    shown = columns(n, classes)
    shape = (moments, n, len(shown) or n, side, side)
    return Film(
        step=np.arange(moments) ** 2 * 100,
        mean=(share * codes.mean).astype(np.float16),
        label=codes.label,
        reconstruction=-500 / np.arange(1.0, moments + 1),
        kl=np.linspace(0, 7, moments),
        pictures=np.random.default_rng(2).integers(0, 256, shape, dtype=np.uint8),
        columns=shown,
    )


def planes(codes, class_names):
    """Every figure that shows the latent plane, by name."""
    images, common = pictures(len(codes.mean)), {"class_names": class_names, "limit": LIMIT, **LOOK}
    label = codes.label
    return {
        "scatter": scatter.draw(codes, n=4, **common),
        "digits": digits.draw(images, codes.mean, label, seed=0, **common),
        "uncertainty": uncertainty.draw(images, codes, ellipses=2, strip=3, seed=0, **common),
        "interpolation": interpolation.draw(
            [[walk(seen=(0, 0, 2, 1))]], codes.mean, label, **common
        ),
        "film": film.draw(training(codes), **common),
        "samples": samples.draw(
            np.random.rand(4, 8, 8),
            np.random.rand(4, 8, 8),
            np.eye(4, 2),
            limit=LIMIT,
            **LOOK,
        ),
    }


def named(class_names, dpi):
    """Every figure that shows class names, of ten classes and images of 28×28, by name."""
    look = {"title": LOOK["title"], "dpi": dpi}
    with_names = look | {"class_names": class_names}
    codes, images, rng = clusters(10), pictures(side=28), np.random.default_rng(3)
    walks = [
        [walk((i, 9 - i), side=28, seen=np.arange(i, i + 5)) for i in range(3)],
        [walk(loop, side=28, seen=np.arange(5, 10)) for loop in ((1, 0, 9, 1), (2, 3, 6, 2))],
    ]
    plane = with_names | {"limit": LIMIT}
    crowd = codes._replace(mean=np.float32(0.1) * codes.mean)
    return {
        "scatter": scatter.draw(codes, n=4, **plane),
        "crowd": scatter.draw(crowd, n=4, **plane),
        "digits": digits.draw(images, codes.mean, codes.label, seed=0, **plane),
        "uncertainty": uncertainty.draw(images, codes, ellipses=2, strip=3, seed=0, **plane),
        "interpolation": interpolation.draw(walks, codes.mean, codes.label, **plane),
        "cloud": cloud.draw(*space(10), **plane),
        "film": film.draw(training(codes, 0, 40, n=10, side=28), **plane),
        "film_of_classes": film.draw(training(codes, 10, 40, n=10, side=28), **plane),
        "screen": _screen(training(codes, 0, 40, n=10, side=28), plane),
        "screen_of_classes": _screen(training(codes, 10, 40, n=10, side=28), plane),
        "strips": interpolation.draw(walks, np.zeros((90, 5)), codes.label, **plane),
        "tsne": tsne.draw(
            codes.mean, 9 * codes.sample, codes.label, quality=QUALITY, perplexity=30, **with_names
        ),
        "reconstructions": reconstructions.draw(*rng.random((2, 10, 3, 28, 28)), **with_names),
        "traversal": traversal.draw(
            rng.random((20, 7, 28, 28)),
            names=["$z_{1}$   1.23 nats"] * 10 + ["$z_{2}$   0.00 nats"] * 10,
            active=[True] * 10 + [False] * 10,
            **plane | {"class_names": 2 * class_names},
        ),
        "conditional": conditional.draw(rng.random((4, 10, 28, 28)), **with_names),
        "class_manifolds": manifold.draw_classes(rng.random((10, 4, 4, 28, 28)), **with_names),
        "table": _table(class_names, look),
    }


def _screen(shown, look):
    figure, show = film.screen(shown, **look)
    show(len(shown.step) - 1)
    return figure


@styled
def _table(class_names, look):
    beside, above = margins(class_names)
    sheet = Sheet(beside + 320, above + 360, **look)
    axes = sheet.axes(beside, 50 + above, 300, 300)
    table(axes, np.full((10, 10), 0.1), class_names, largest=1)
    return sheet.figure


def drawn_texts(figure):
    """The texts that are drawn when a figure is rendered: visible, not empty, within limits."""
    found = []
    with mock.patch.object(Text, "draw", lambda text, *_, **__: found.append(text)):
        styled(figure.draw_without_rendering)()
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def words_on(figure):
    return [text.get_text() for text in drawn_texts(figure)]


def plane_axes(figure):
    return [axes for axes in figure.axes if axes.get_xlabel() == "$z_1$"]


def picture_in(path, axes):
    """The pixels of a PNG under some axes."""
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"))
    box = axes.get_window_extent()
    top, bottom = len(pixels) - box.y1, len(pixels) - box.y0
    left, top, right, bottom = (round(side) for side in (box.x0, top, box.x1, bottom))
    return pixels[top:bottom, left:right]
