"""Sum log p(x) over the plane, for models with two latent axes."""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims
from pipeline.progress import progress
from pipeline.run import run
from vae.archives import Dataset
from vae.errors import InputError
from vae.metrics import write_metrics
from vae.model import checkpoint
from vae.quadrature import log_likelihood


def main(
    dataset: Path, folder: Path, metrics: Path, *names: str, seed: int, claims: Claims
) -> None:
    """Mean log p(x) of the test set under each model of `folder` that is named, in nats.

    Beside it what a grid of two thirds of the points says of some of the images.
    """
    data, settings, numbers = Dataset.load(dataset), claims.exact, {}
    some = np.linspace(0, len(data.x_test) - 1, min(settings.images, len(data.x_test)), dtype=int)
    for name in names:
        model = checkpoint.load(folder / f"{name}.safetensors", device())
        x = model.observe(torch.from_numpy(data.x_test).to(device()), seed)
        y = torch.from_numpy(data.y_test).to(device()) if model.conditional else None
        track = partial(progress, what=f"{name}: quadrature")
        part = x[some], None if y is None else y[some]
        try:
            fine = log_likelihood(model, x, y, settings.grid, settings.limit, track)
            coarse = log_likelihood(model, *part, 2 * settings.grid // 3, settings.limit)
        except ValueError as error:
            raise InputError(f"{name}: {error}") from None
        numbers[name] = {
            "log_likelihood": float(fine.mean()),
            "off_on_a_coarser_grid": float((coarse - fine[some]).mean()),
        }
    with atomic_write(metrics) as file:
        write_metrics(file, {"exact": numbers})


if __name__ == "__main__":
    run(main)
