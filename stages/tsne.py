"""Draw the maps that the stage `embed` made."""

import math
from pathlib import Path

from figures import classes as few
from figures import tsne as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style, Tsne
from pipeline.run import run
from vae.embedding import Maps
from vae.files import records
from vae.files.dataset import Classes
from vae.files.metrics import read_metrics


def main(
    maps: Path, metrics: Path, classes: Path, figure: Path, *, tsne: Tsne, style: Style
) -> None:
    """PCA beside t-SNE, each with its numbers."""
    name, shown, perplexity = maps.stem, records.load(Maps, maps), tsne.perplexity
    known = Classes.load(classes, shown.label)
    names = few.some_named(known.names, shown.label, style.classes)
    quality = read_metrics(metrics, name, "tsne")
    quality |= {key: math.nan for key, value in quality.items() if value is None}
    drawn = figures.draw(
        shown.pca,
        shown.tsne,
        shown.label,
        quality=quality,
        perplexity=perplexity,
        class_names=names,
        title=f"Maps of the latent space: {name} on {known.dataset}",
        dpi=style.dpi,
    )
    caption = figures.caption(quality, n=len(shown.label), perplexity=perplexity)
    with atomic_write(figure) as file:
        save(drawn, file, caption + few.sentence(names))


if __name__ == "__main__":
    run(main)
