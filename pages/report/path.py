"""The path through the report: which figures each of its sections shows first, and its words.

The words hold for every data set and every choice of models; their numbers are this run's. Figures
that no chapter claims have sections of their own, so a new figure needs no line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pages.report.numbers import NATS, Numbers, of_each
from pipeline.params import Model

Models = Mapping[str, Model]


@dataclass(frozen=True)
class Chapter:
    """A section of the path."""

    heading: str
    figures: tuple[str, ...]
    """Those it claims; the first of them that there is leads."""
    words: Callable[[Models, Numbers], str]
    """Of the models without a class, of which there is at least one, and their numbers."""


def _encoding(models: Models, numbers: Numbers) -> str:
    named = of_each(numbers, models, "knn_accuracy", "of the test images", ".0%")
    return (
        "The encoder turns an image into a small cloud of codes: a mean and a standard deviation "
        "on each axis of the latent space. Here lie the test images where it puts them, in the "
        "colours of their classes; it was told no class, so whatever lies together does so because "
        "of what the images look like."
        f"{f' The nearest codes name the class for {named}.' if named else ''}"
    )


def _decoding(models: Models, numbers: Numbers) -> str:
    return (
        "The decoder turns any code into an image, and needs none to start from. It is continuous: "
        "a small step in the code is a small change of the image, and a straight walk between two "
        "codes is a film in which one image becomes another. What lies between the images that it "
        "was shown is its own invention."
    )


def _learning(models: Models, numbers: Numbers) -> str:
    return (
        "Neither is given: both networks begin with random weights, when all images have nearly "
        "the same code and every code becomes the same grey. They learn by small steps, and first "
        "of all the average of all images, for which no code is needed. Only then does it pay to "
        "tell images apart, and the codes spread."
    )


def _price(models: Models, numbers: Numbers) -> str:
    prices = of_each(numbers, models, "kl", NATS)
    betas = ", ".join(dict.fromkeys(f"{model.objective.beta:g}" for model in models.values()))
    return (
        "A code has a price: the Kullback–Leibler (KL) divergence of an image's cloud from the "
        "prior, one standard Gaussian for all images, is the higher, the more exactly the cloud "
        "says where its image lies. Without a price nothing would keep the codes together; with it "
        "they crowd around the origin, and a code drawn from the prior has a chance to mean "
        f"something. It is {prices}; training charges it β times (here {betas})."
    )


def _loss(models: Models, numbers: Numbers) -> str:
    terms = of_each(numbers, models, "reconstruction", NATS)
    bounds = of_each(numbers, models, "elbo")
    return (
        "A few numbers cannot hold a whole image: where they say nothing, the decoder draws the "
        "average of all images that the code may stand for, and that looks blurred. How well an "
        f"image is found again is the reconstruction term: {terms}; higher is better. Less the KL "
        "divergence it is the evidence lower bound (ELBO), by which models are compared: "
        f"{bounds}."
    )


PATH = [
    Chapter("From an image to a code", ("scatter", "cloud", "digits", "tsne"), _encoding),
    Chapter(
        "From a code to an image", ("interpolation", "manifold", "slices", "traversal"), _decoding
    ),
    Chapter("How both are learned", ("film",), _learning),
    Chapter("What the KL divergence does", ("curves", "uncertainty", "samples"), _price),
    Chapter("What is lost", ("reconstructions",), _loss),
]

CONDITIONAL = ("conditional", "class_manifolds")
"""Figures that come first of a conditional model."""


def conditional_words(name: str, models: Models, numbers: Numbers) -> str:
    """What is told of a conditional model."""
    plain = {key: model for key, model in models.items() if not model.conditional}
    mine, theirs = (
        of_each(numbers, of, "knn_accuracy", "of the test images", ".0%")
        for of in ({name: models[name]}, plain)
    )
    bound = of_each(numbers, {name: models[name]}, "elbo", NATS)
    if mine:
        mine = f" The nearest codes name the class for {mine}"
        mine += f"{f'; without a class they do so for {theirs}' if theirs else ''}."
    return (
        "These networks are given the class of an image beside the image, so the code need not "
        "say it and is left for how images of one class differ. One code, decoded as every class, "
        f"shows what it holds.{mine} The evidence lower bound, given the class, is {bound}."
    )
