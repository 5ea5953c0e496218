"""Draw the same codes as every class of a conditional model."""

from pathlib import Path

import numpy as np

from vae import checkpoint, latent
from vae.datasets import Dataset
from vae.figures import conditional as figures
from vae.figures.base import save
from vae.model import decode_mean
from vae.params import Conditional, Style
from vae.stage import device, fresh, run


def main(
    dataset: Path,
    model_file: Path,
    figure: Path,
    *,
    seed: int,
    conditional: Conditional,
    style: Style,
) -> None:
    """One row a code from the prior, one column a class."""
    data, model = Dataset.load(dataset), checkpoint.load(model_file, device())
    z = latent.prior_samples(conditional.rows, model.latent_dim, seed)
    z = np.repeat(z[:, None], data.classes, axis=1)
    y = np.broadcast_to(np.arange(data.classes), z.shape[:-1])
    drawn = figures.draw(
        decode_mean(model, z, y),
        class_names=data.class_names,
        title=f"One code, every class: {model_file.stem} on {data.name}",
        dpi=style.dpi,
    )
    with fresh(figure) as file:
        save(drawn, file, figures.caption(rows=conditional.rows))


if __name__ == "__main__":
    run(main)
