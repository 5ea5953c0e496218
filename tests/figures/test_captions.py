"""Captions say what was computed or how to read a picture, whatever the data set holds."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import figures
from figures import (
    cloud,
    conditional,
    curves,
    digits,
    film,
    interpolation,
    manifold,
    reconstructions,
    samples,
    scatter,
    slices,
    traversal,
    tsne,
    uncertainty,
)
from tests.figures.drawing import FASHION, QUALITY, SPECIFIC, clusters, space, training, walk

DATA_SETS = {
    "mnist": tuple("0123456789"),
    "fashion-mnist": FASHION,
    "folder": ("cat", "a dog", "$x_1$"),
}


def walks(names):
    seen = np.arange(12).reshape(3, 4) % len(names)
    return [[walk(c, seen=s) for c, s in zip([(0, 1), (1, 2), (0, 1, 2)], seen, strict=True)]]


CAPTIONS = {
    "cloud.caption": lambda names: [cloud.caption(space(len(names))[0], limit=4.0)],
    "conditional.caption": lambda names: [conditional.caption(rows=10)],
    "curves.caption": lambda names: [
        curves.caption(validation_elbo=-99.0, epochs=3, floor=floor) for floor in (None, 45.5)
    ],
    "digits.caption": lambda names: [digits.caption()],
    "film.caption": lambda names: [
        film.caption(training(clusters(len(names)), classes), limit=4.0)
        for classes in (0, len(names))
    ],
    "interpolation.caption": lambda names: [
        interpolation.caption(walks(names), names, conditional=conditional)
        for conditional in (True, False)
    ],
    "manifold.caption": lambda names: [manifold.caption(n=20, inside=0.87)],
    "manifold.caption_class": lambda names: [manifold.caption_class(n=20)],
    "manifold.caption_classes": lambda names: [manifold.caption_classes(n=10, classes=len(names))],
    "reconstructions.caption": lambda names: [reconstructions.caption(latent_dim=2)],
    "samples.caption": lambda names: [
        samples.caption(n=64, plane=plane, conditional=conditional)
        for plane in (True, False)
        for conditional in (True, False)
    ],
    "scatter.caption": lambda names: [scatter.caption(n=20, outside=0.01, limit=4.0)],
    "slices.caption": lambda names: [slices.caption(n=10, slices=5)],
    "traversal.caption": lambda names: [
        traversal.caption(active=active, latent_dim=3, conditional=conditional)
        for active in (1, 3)
        for conditional in (True, False)
    ],
    "tsne.caption": lambda names: [tsne.caption(QUALITY, n=10_000, perplexity=30.0)],
    "uncertainty.caption": lambda names: [uncertainty.caption(clusters(len(names)), names)],
}
"""Every caption function with arguments of each kind, for a data set's class names."""


def test_every_caption_function_is_looked_at():
    found = set()
    for module in pkgutil.iter_modules(figures.__path__):
        members = inspect.getmembers(importlib.import_module(f"figures.{module.name}"))
        found |= {
            f"{module.name}.{name}"
            for name, member in members
            if name.startswith("caption") and inspect.isfunction(member)
        }
    assert found == CAPTIONS.keys()


@pytest.mark.parametrize("data_set", DATA_SETS)
@pytest.mark.parametrize("name", CAPTIONS)
def test_no_caption_speaks_of_what_only_one_data_set_has(name, data_set):
    for caption in CAPTIONS[name](DATA_SETS[data_set]):
        assert not SPECIFIC.findall(caption), caption


@pytest.mark.parametrize("name", CAPTIONS)
def test_every_caption_is_whole_sentences(name):
    for caption in CAPTIONS[name](DATA_SETS["folder"]):
        assert caption == " ".join(caption.split())
        assert caption.endswith(".")
        assert "nan" not in caption


def test_the_words_are_found_in_captions_that_asserted_them():
    for said in (
        "A clear 9 has less of it than a hasty one",
        "z carries the hand, the label carries the digit.",
        "Neighbours look alike (a 3 beside an 8 and a 5)",
        "inked in their class's colour",
        "keeps class, slant and weight of a stroke",
        "on grey pixels the cross-entropy cannot fall below",
    ):
        assert SPECIFIC.search(said), said
