"""Develop the film of a training: what each kept moment makes of the same test images and codes."""

from pathlib import Path

import numpy as np
import torch

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Film
from pipeline.progress import progress
from pipeline.run import run
from vae import film as films
from vae.files import records
from vae.files.dataset import LabelledImages
from vae.model import VAE, checkpoint, decode_mean
from vae.objective import Objective


def main(test: Path, moments: Path, developed: Path, *, seed: int, film: Film) -> None:
    """`moments` is the folder of checkpoints that `train` kept; the images are evenly chosen."""
    data = LabelledImages.load(test)
    chosen = np.linspace(0, len(data.x) - 1, min(film.images, len(data.x))).astype(int)
    images, labels = (torch.from_numpy(part[chosen]) for part in data)
    files = sorted(moments.iterdir())

    frames = []
    for file in progress(files, f"{moments.name}: developing"):
        model = checkpoint.load(file, device())
        frames.append(_frame(model, images, labels, film.n, seed))
    mean, reconstruction, kl, pictures = map(np.stack, zip(*frames, strict=True))
    steps = np.array([int(file.stem) for file in files])
    columns = films.columns(film.n, model.classes)
    with atomic_write(developed) as file:
        shown = films.Film(steps, mean, labels.numpy(), reconstruction, kl, pictures, columns)
        records.save(shown, file)


@torch.no_grad()
def _frame(
    model: VAE, images: torch.Tensor, labels: torch.Tensor, n: int, seed: int
) -> tuple[np.ndarray, ...]:
    """A moment: codes of the images, the terms of their ELBO at the same noise, decoded codes."""
    x = model.observe(images.to(device()), seed)
    y = labels.to(device()) if model.conditional else None
    mean = model.encode(x, y).mean
    torch.manual_seed(seed)
    terms = [term.double().mean().item() for term in Objective()(model, x, y)[1]]
    pictures = np.rint(255 * decode_mean(model, *films.places(n, model.classes)))
    return mean.cpu().numpy().astype(np.float16), *map(np.array, terms), pictures.astype(np.uint8)


if __name__ == "__main__":
    run(main)
