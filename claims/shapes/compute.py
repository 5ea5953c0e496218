"""Hold the latent axes of models of the shapes against the factors that made the images."""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from claims.shapes import Settings
from claims.shapes.measure import Measured, measure
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Evaluate
from pipeline.run import run
from vae.codes import Codes
from vae.evaluation import encode
from vae.files import records
from vae.files.dataset import LabelledImages
from vae.files.metrics import write_metrics
from vae.model import VAE, checkpoint, decode_mean
from vae.shapes import Factors, draw, factors


def main(
    settings: Settings,
    test: Path,
    models: Path,
    latents: Path,
    record: Path,
    metrics: Path,
    *,
    seed: int,
    evaluate: Evaluate,
) -> None:
    """Write what was found of every model, by its name.

    Args:
        settings: of this claim.
        test: the images.
        models: folder of the models.
        latents: folder of the images' codes.
        record: what is written.
        metrics: the numbers of it.
        seed: of the forests.
        evaluate: says which axes are active.
    """
    images, made_of = LabelledImages.load(test), factors("test")
    found = {}
    for name in settings.models:
        model = checkpoint.load(models / f"{name}.safetensors", device())
        found[name] = measure(
            Codes.load(latents / f"{name}.npz", images),
            made_of,
            partial(_encode, model, seed),
            partial(_decode, model),
            active_variance=evaluate.active_variance,
            seed=seed,
            **settings.model_dump(exclude={"models"}),
        )
    with atomic_write(record) as file:
        records.save(Measured(made_of.hue, found), file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"shapes": {name: of.metrics() for name, of in found.items()}})


def _encode(model: VAE, seed: int, made_of: Factors) -> np.ndarray:
    x, y = torch.from_numpy(draw(made_of)), torch.from_numpy(made_of.shape)
    return encode(model, x, y, seed).mean


def _decode(model: VAE, z: np.ndarray) -> np.ndarray:
    return np.rint(255 * decode_mean(model, z)).astype(np.uint8)


if __name__ == "__main__":
    run(main)
