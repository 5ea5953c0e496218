"""Maps of a latent space of many axes: their quality stands beside them."""

import math

from figures import tsne
from tests.figures.drawing import CLASSES, LOOK, QUALITY


def test_quality_is_printed_on_the_maps(codes):
    figure = tsne.draw(
        codes.mean,
        codes.mean,
        codes.label,
        quality=QUALITY,
        perplexity=30,
        class_names=CLASSES,
        **LOOK,
    )
    note = figure.axes[1].get_xlabel()
    assert "perplexity 30" in note
    assert "1.23 nats" in note
    assert "97.0%" in note


def test_the_caption_says_the_quality_of_both_maps():
    quality = QUALITY | {"trustworthiness": 0.981, "pca_trustworthiness": 0.812}
    said = tsne.caption(quality, n=9000, perplexity=30)
    assert "9,000 test images" in said
    assert "0.981 for t-SNE and 0.812 for PCA" in said
    assert "97.0% of the images in latent space" in said


def test_where_images_are_of_one_class_nothing_is_said_of_neighbours_classes(codes):
    of_classes = ("knn_accuracy", "knn_accuracy_latent", "pca_knn_accuracy")
    quality = QUALITY | dict.fromkeys(of_classes, math.nan)
    look = {"quality": quality, "perplexity": 30, "class_names": CLASSES[:1], **LOOK}
    figure = tsne.draw(codes.mean, codes.mean, 0 * codes.label, **look)
    assert "k-NN" not in figure.axes[0].get_xlabel() + figure.axes[1].get_xlabel()
    assert "right class" not in tsne.caption(quality, n=9000, perplexity=30)
