"""Draw samples from the prior: decoder means beside draws, and where their codes lie."""

from pathlib import Path

import numpy as np
import torch

from figures import samples as figures
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Frame, Samples, Style, Tsne
from pipeline.run import run
from vae import embedding, latent
from vae.archives import Dataset
from vae.model import checkpoint, decode_arrays


def main(
    dataset: Path,
    model_file: Path,
    figure: Path,
    *,
    seed: int,
    samples: Samples,
    tsne: Tsne,
    frame: Frame,
    style: Style,
) -> None:
    """Codes from the prior and, for a conditional model, classes at random."""
    data, model = Dataset.load(dataset), checkpoint.load(model_file, device())
    z = latent.prior_samples(samples.rows**2, model.latent_dim, seed)
    classes = np.random.default_rng(seed).integers(data.classes, size=len(z))
    p = decode_arrays(model, z, classes if model.conditional else None)
    torch.manual_seed(seed)
    plane = model.latent_dim == 2
    if plane:
        places = z
    else:
        places, _ = embedding.tsne(
            z,
            perplexity=tsne.perplexity,
            iterations=tsne.iterations,
            angle=tsne.angle,
            seed=seed,
        )
    drawn = figures.draw(
        p.mean.cpu().numpy(),
        p.sample().cpu().numpy(),
        places,
        rows=samples.rows,
        limit=frame.limit if plane else None,
        title=f"Samples from the prior: {model_file.stem} on {data.name}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(n=len(z), plane=plane, conditional=model.conditional))


if __name__ == "__main__":
    run(main)
