"""Draw the same codes as every class of a conditional model."""

from pathlib import Path

import numpy as np

from figures import conditional as figures
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Conditional, Style
from pipeline.run import run
from vae import latent
from vae.archives import Dataset
from vae.model import checkpoint, decode_mean


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
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(rows=conditional.rows))


if __name__ == "__main__":
    run(main)
