"""Map a latent space of many axes to the plane by t-SNE and PCA, and measure the maps."""

import sys
from pathlib import Path

import numpy as np

from vae import latent
from vae.codes import Codes, knn_accuracy, trustworthiness
from vae.params import Tsne
from vae.stage import fresh, record, run


def main(latents: Path, maps: Path, metrics: Path, *, seed: int, tsne: Tsne) -> None:
    """Write both maps of the posterior means (of the first `tsne.points`), and their quality."""
    codes = Codes.load(latents)
    mean, label = codes.mean[: tsne.points], codes.label[: tsne.points]
    plane, divergence = latent.tsne(
        mean,
        perplexity=tsne.perplexity,
        iterations=tsne.iterations,
        angle=tsne.angle,
        seed=seed,
        verbose=sys.stderr.isatty(),
    )
    components, explained = latent.pca(mean)
    numbers = {
        "kl_divergence": divergence,
        "trustworthiness": trustworthiness(mean, plane, tsne.neighbours),
        "knn_accuracy": knn_accuracy(plane, label, tsne.neighbours),
        "knn_accuracy_latent": knn_accuracy(mean, label, tsne.neighbours),
        "pca_trustworthiness": trustworthiness(mean, components, tsne.neighbours),
        "pca_knn_accuracy": knn_accuracy(components, label, tsne.neighbours),
        "pca_explained_variance": float(explained.sum()),
    }
    with fresh(maps) as file:
        np.savez(file, tsne=plane, pca=components, label=label)
    record(metrics, {latents.stem: {"tsne": numbers}})


if __name__ == "__main__":
    run(main)
