"""Sum log p(x) over the plane, for models with two latent axes."""

from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.utils.dlpack import from_dlpack

from claims.planes import Settings
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.progress import progress
from pipeline.run import run
from vae.files.dataset import LabelledImages
from vae.files.errors import InputError
from vae.files.metrics import write_metrics
from vae.model import checkpoint
from vae.quadrature import log_likelihood


def main(settings: Settings, test: Path, metrics: Path, *models: Path, seed: int) -> None:
    """Mean log p(x) of the test set under each model, in nats.

    Beside it what a grid of two thirds of the points says of some of the images.
    """
    images = LabelledImages.load(test)
    numbers = {file.stem: _likelihood(file, images, settings, seed) for file in models}
    with atomic_write(metrics) as file:
        write_metrics(file, {"exact": numbers})


def _likelihood(
    model_file: Path, images: LabelledImages, settings: Settings, seed: int
) -> dict[str, float]:
    model, n, limit = checkpoint.load(model_file, device()), settings.grid, settings.limit
    x = model.observe(from_dlpack(images.x).to(device()), seed)
    y = torch.from_numpy(images.y).to(device()) if model.conditional else None
    some = np.linspace(0, len(x) - 1, min(settings.images, len(x)), dtype=int)
    part = x[some], None if y is None else y[some]
    track = partial(progress, what=f"{model_file.stem}: quadrature")
    try:
        fine = log_likelihood(model, x, y, n, limit, track)
        coarse = log_likelihood(model, *part, 2 * n // 3, limit)
    except ValueError as error:
        raise InputError(f"{model_file.stem}: {error}") from None
    return {
        "log_likelihood": float(fine.mean()),
        "off_on_a_coarser_grid": float((coarse - fine[some]).mean()),
    }


if __name__ == "__main__":
    run(main)
