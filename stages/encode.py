"""Encode the test set, after training and in order: posterior means, log-variances, one sample."""

from pathlib import Path

import torch

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.run import run
from vae.archives import Dataset
from vae.evaluation import encode
from vae.model import checkpoint


def main(dataset: Path, model_file: Path, latents: Path, *, seed: int) -> None:
    """Write the codes of a model."""
    data = Dataset.load(dataset)
    model = checkpoint.load(model_file, device())
    codes = encode(model, torch.from_numpy(data.x_test), torch.from_numpy(data.y_test), seed)
    with atomic_write(latents) as file:
        codes.save(file)


if __name__ == "__main__":
    run(main)
