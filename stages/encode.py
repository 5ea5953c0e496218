"""Encode the test set, after training and in order: posterior means, log-variances, one sample."""

from pathlib import Path

import torch
from torch.utils.dlpack import from_dlpack

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.run import run
from vae.evaluation import encode
from vae.files.dataset import LabelledImages
from vae.model import checkpoint


def main(test: Path, model_file: Path, latents: Path, *, seed: int) -> None:
    """Write the codes of a model."""
    x, y = LabelledImages.load(test)
    model = checkpoint.load(model_file, device())
    codes = encode(model, from_dlpack(x), torch.from_numpy(y), seed)
    with atomic_write(latents) as file:
        codes.save(file)


if __name__ == "__main__":
    run(main)
