"""Draw what the latent plane decodes to: the quantile grid, for a conditional model by class."""

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
from vae.codes import Codes
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    model_file: Path,
    latents: Path,
    figure: Path,
    *,
    manifold: Manifold,
    style: Style,
) -> None:
    """One grid, or for a conditional model a page of one smaller grid for each class."""
    data, codes = Dataset.load(dataset), Codes.load(latents)
    model = checkpoint.load(model_file, device())
    title = f"The learned manifold: {model_file.stem} on {data.name}"
    if model.conditional:
        z = np.stack([latent.quantile_grid(manifold.page_n)] * data.classes)
        y = np.broadcast_to(np.arange(data.classes)[:, None, None], z.shape[:-1])
        drawn = figures.draw_classes(
            decode_mean(model, z, y), class_names=data.class_names, title=title, dpi=style.dpi
        )
        words = figures.caption_classes(n=manifold.page_n, classes=data.classes)
    else:
        z = latent.quantile_grid(manifold.n)
        drawn = figures.draw(decode_mean(model, z), title=title, dpi=style.dpi)
        inside = latent.share_inside(codes.mean, manifold.n)
        words = figures.caption(n=manifold.n, inside=inside)
    with atomic_write(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
