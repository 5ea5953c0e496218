"""Slices of the manifold of three latent axes: the quantile grid at several z₃."""

from jaxtyping import Float, Num
from matplotlib.figure import Figure
from numpy import ndarray

from figures import manifold


def draw(
    mean: Num[ndarray, "slices n n *image"],
    z3: Float[ndarray, " slices"],
    *,
    title: str,
    dpi: int,
) -> Figure:
    """One n×n grid of decoder means for each z₃, all over the same z₁ and z₂."""
    names = [f"z₃ = {place:.2f}".replace("-", "−") for place in z3]
    return manifold.draw_classes(mean, class_names=names, title=title, dpi=dpi)


def caption(*, n: int, slices: int) -> str:
    """What the slices show."""
    return (
        f"What a latent space of three axes decodes to, in {slices} slices through it. In each, z₁ "
        f"runs right and z₂ up over an even grid of {n}×{n} codes, and z₃ is the same; from slice "
        "to slice it rises. On every axis the places are midpoints of equal prior probability, so "
        f"each tile stands for the same share of it, 1/{n * n * slices}. The pictures are the "
        "means of p(x|z). Follow one tile through the slices to see what z₃ changes there; the "
        "prior is the same in every direction, so no property of the images need follow an axis."
    )
