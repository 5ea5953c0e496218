"""A latent space of many axes on a page: PCA and t-SNE of the same codes, with their quality."""

import math
from collections.abc import Mapping, Sequence

from jaxtyping import Float, Int
from matplotlib.figure import Figure
from numpy import ndarray

from figures.plane import label_classes, scatter
from figures.sheet import Sheet
from figures.style import styled

Quality = Mapping[str, float]
"""The numbers of the stage `embed`."""


@styled
def draw(
    pca: Float[ndarray, "n 2"],
    tsne: Float[ndarray, "n 2"],
    labels: Int[ndarray, " n"],
    *,
    quality: Quality,
    perplexity: float,
    class_names: Sequence[str],
    title: str,
    dpi: int,
) -> Figure:
    """Both maps side by side, their quality printed under each."""
    notes = (
        f"explained variance {quality['pca_explained_variance']:.1%}\n"
        f"{_neighbours(quality, 'pca_knn_accuracy')}"
        f"trustworthiness {quality['pca_trustworthiness']:.3f}",
        f"perplexity {perplexity:g}, KL divergence {quality['kl_divergence']:.2f} nats\n"
        f"{_neighbours(quality, 'knn_accuracy')}"
        f"trustworthiness {quality['trustworthiness']:.3f}",
    )
    sheet = Sheet(1010, 620, dpi, title)
    for column, (name, points) in enumerate((("PCA", pca), ("t-SNE", tsne))):
        axes = sheet.axes(20 + 496 * column, 66, 474, 474)
        scatter(axes, points, labels, len(class_names), size=3)
        axes.margins(0.03)
        axes.set_aspect("equal", "datalim")
        axes.set(xticks=[], yticks=[])
        label_classes(axes, points, labels, class_names)
        axes.set_title(f"{name} of the posterior means", loc="left")
        axes.set_xlabel(notes[column], loc="left", linespacing=1.5)
    return sheet.figure


def _neighbours(quality: Quality, of_map: str) -> str:
    """A line on the classes of neighbours, where there are several classes."""
    on_map, latent = quality[of_map], quality["knn_accuracy_latent"]
    if math.isnan(on_map):
        return ""
    return f"k-NN accuracy on the map {on_map:.1%}, in latent space {latent:.1%}\n"


def caption(quality: Quality, *, n: int, perplexity: float) -> str:
    """What the maps show."""
    named = ""
    if not math.isnan(quality["knn_accuracy"]):
        named = (
            "The nearest neighbours name the right class for "
            f"{quality['knn_accuracy_latent']:.1%} of the images in latent space, for "
            f"{quality['knn_accuracy']:.1%} by t-SNE and for {quality['pca_knn_accuracy']:.1%} by "
            "PCA. "
        )
    return (
        f"The posterior means (not samples) of {n:,} test images as places on a page. PCA is a "
        "linear projection, so directions and distances on it are those of the latent space, as "
        f"far as its two axes hold them: {quality['pca_explained_variance']:.0%} of the variance. "
        f"t-SNE (perplexity {perplexity:g}) keeps neighbours together instead. Trustworthiness, "
        "1 where all neighbours on a map are neighbours in latent space, too, is "
        f"{quality['trustworthiness']:.3f} for t-SNE and {quality['pca_trustworthiness']:.3f} for "
        f"PCA. {named}Sizes of t-SNE's clusters and gaps between them mean nothing, and a place on "
        "its map cannot be decoded."
    )
