"""Draw the manifold of each class of a conditional model, each as a picture of its own."""

from pathlib import Path

import numpy as np

from figures import manifold as figures
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Manifold, Style
from pipeline.run import run
from vae import latent
from vae.archives import Dataset
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    model_file: Path,
    folder: Path,
    *,
    manifold: Manifold,
    style: Style,
) -> None:
    """`folder` holds <class>.png, the full n×n grid."""
    data, model = Dataset.load(dataset), checkpoint.load(model_file, device())
    z = latent.quantile_grid(manifold.n)
    with atomic_write(folder) as files:
        files.mkdir()
        for label, name in enumerate(data.class_names):
            mean = decode_mean(model, z, np.full(z.shape[:-1], label))
            title = f"The manifold of {name}: {model_file.stem} on {data.name}"
            words = figures.caption_class(n=manifold.n)
            save(figures.draw(mean, title=title, dpi=style.dpi), files / f"{label}.png", words)


if __name__ == "__main__":
    run(main)
