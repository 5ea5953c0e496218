"""Draw test images beside their reconstructions."""

from pathlib import Path

import numpy as np

from figures import reconstructions as figures
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Reconstructions, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    model_file: Path,
    latents: Path,
    figure: Path,
    *,
    reconstructions: Reconstructions,
    style: Style,
) -> None:
    """The first test images of each class, decoded from their posterior means."""
    data, codes = Dataset.load(dataset), Codes.load(latents)
    model = checkpoint.load(model_file, device())
    present, sizes = np.unique(codes.label, return_counts=True)
    each = min(reconstructions.per_class, sizes.min())
    chosen = np.stack([np.flatnonzero(codes.label == label)[:each] for label in present])
    drawn = figures.draw(
        data.x_test[chosen] / 255,
        decode_mean(model, codes.mean[chosen], codes.label[chosen] if model.conditional else None),
        class_names=[data.class_names[label] for label in present],
        title=f"Reconstructions: {model_file.stem} on {data.name}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(latent_dim=model.latent_dim))


if __name__ == "__main__":
    run(main)
