"""Draw the maps that the stage `embed` made."""

import json
from pathlib import Path

import numpy as np

from figures import tsne as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style, Tsne
from pipeline.run import run
from vae.archives import Dataset


def main(
    dataset: Path, maps: Path, metrics: Path, figure: Path, *, tsne: Tsne, style: Style
) -> None:
    """PCA beside t-SNE, each with its numbers."""
    data, name = Dataset.load(dataset), maps.stem
    quality = json.loads(metrics.read_text())[name]["tsne"]
    with np.load(maps) as file:
        planes = dict(file)
    drawn = figures.draw(
        planes["pca"],
        planes["tsne"],
        planes["label"],
        quality=quality,
        perplexity=tsne.perplexity,
        class_names=data.class_names,
        title=f"Maps of the latent space: {name} on {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(quality, n=len(planes["label"]), perplexity=tsne.perplexity)
    with atomic_write(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
