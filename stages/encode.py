"""Encode the test set, after training and in order: posterior means, log-variances, one sample."""

from pathlib import Path

import torch

from vae import checkpoint
from vae.datasets import Dataset
from vae.evaluation import encode
from vae.stage import device, fresh, run


def main(dataset: Path, model_file: Path, latents: Path, *, seed: int) -> None:
    """Write the codes of a model."""
    data = Dataset.load(dataset)
    model = checkpoint.load(model_file, device())
    codes = encode(model, torch.from_numpy(data.x_test), torch.from_numpy(data.y_test), seed)
    with fresh(latents) as file:
        codes.save(file)


if __name__ == "__main__":
    run(main)
