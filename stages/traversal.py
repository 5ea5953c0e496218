"""Draw what each latent axis does."""

from pathlib import Path

import numpy as np

from figures import traversal as figures
from figures.png import save
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Evaluate, Style, Traversal
from pipeline.run import run
from vae import latent
from vae.archives import Dataset
from vae.codes import Codes, active, kl_by_axis
from vae.model import checkpoint, decode_mean


def main(
    dataset: Path,
    model_file: Path,
    latents: Path,
    figure: Path,
    *,
    traversal: Traversal,
    evaluate: Evaluate,
    style: Style,
) -> None:
    """One row for each axis, sorted by KL; for a conditional model one for each class as well."""
    data, codes = Dataset.load(dataset), Codes.load(latents)
    model = checkpoint.load(model_file, device())
    kl, used = kl_by_axis(codes), active(codes, evaluate.active_variance)
    axes = kl.argsort(kind="stable")[::-1]
    z = latent.axis_traversal(model.latent_dim, axes, traversal.steps, traversal.limit)
    names = [f"$z_{{{axis + 1}}}$   {kl[axis]:.2f} nats" for axis in axes]
    y = None
    if model.conditional:
        z = z.repeat(data.classes, axis=0)
        classes = np.tile(np.arange(data.classes), len(axes))
        y = np.broadcast_to(classes[:, None], z.shape[:-1])
        names = [f"{name}   {word}" for name in names for word in data.class_names]
        axes = axes.repeat(data.classes)
    drawn = figures.draw(
        decode_mean(model, z, y),
        names=names,
        active=used[axes],
        limit=traversal.limit,
        title=f"Latent traversals: {model_file.stem} on {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(
        active=int(used.sum()), latent_dim=model.latent_dim, conditional=model.conditional
    )
    with atomic_write(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
