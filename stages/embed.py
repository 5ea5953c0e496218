"""Map a latent space of many axes to the plane by t-SNE and PCA, and measure the maps."""

import sys
from pathlib import Path

from pipeline.files import atomic_write
from pipeline.params import Tsne
from pipeline.run import run
from vae import embedding
from vae.codes import Codes
from vae.embedding import knn_accuracy, trustworthiness
from vae.files import records
from vae.files.metrics import write_metrics


def main(latents: Path, maps: Path, metrics: Path, *, seed: int, tsne: Tsne) -> None:
    """Write both maps of the posterior means (of the first `tsne.points`), and their quality."""
    codes = Codes.load(latents)
    mean, label = codes.mean[: tsne.points], codes.label[: tsne.points]
    plane, divergence = embedding.tsne(
        mean,
        perplexity=tsne.perplexity,
        iterations=tsne.iterations,
        angle=tsne.angle,
        seed=seed,
        verbose=sys.stderr.isatty(),
    )
    components, explained = embedding.pca(mean)
    numbers = {
        "kl_divergence": divergence,
        "trustworthiness": trustworthiness(mean, plane, tsne.neighbours),
        "knn_accuracy": knn_accuracy(plane, label, tsne.neighbours),
        "knn_accuracy_latent": knn_accuracy(mean, label, tsne.neighbours),
        "pca_trustworthiness": trustworthiness(mean, components, tsne.neighbours),
        "pca_knn_accuracy": knn_accuracy(components, label, tsne.neighbours),
        "pca_explained_variance": float(explained.sum()),
    }
    with atomic_write(maps) as file:
        records.save(embedding.Maps(plane, components, label), file)
    with atomic_write(metrics) as file:
        write_metrics(file, {latents.stem: {"tsne": numbers}})


if __name__ == "__main__":
    run(main)
