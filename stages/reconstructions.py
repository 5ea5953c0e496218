"""Draw test images beside their reconstructions."""

from pathlib import Path

import numpy as np

from vae import checkpoint
from vae.codes import Codes
from vae.datasets import Dataset
from vae.figures import reconstructions as figures
from vae.figures.base import save
from vae.model import decode_mean
from vae.params import Reconstructions, Style
from vae.stage import device, fresh, run


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
    with fresh(figure) as file:
        save(drawn, file, figures.caption(latent_dim=model.latent_dim))


if __name__ == "__main__":
    run(main)
