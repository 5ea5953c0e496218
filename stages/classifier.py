"""Train an independent classifier of images, and measure it on the test set."""

from pathlib import Path

import numpy as np
import torch
from torch.utils.dlpack import from_dlpack

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Classifier as Settings
from pipeline.run import run
from vae.classifier import Classifier, fit, probabilities
from vae.files.dataset import Classes, LabelledImages
from vae.files.metrics import write_metrics
from vae.model import checkpoint


def main(
    train: Path,
    test: Path,
    classes: Path,
    classifier_file: Path,
    metrics: Path,
    *,
    seed: int,
    classifier: Settings,
) -> None:
    """Write the classifier; its accuracy and its cross-entropy in nats per test image.

    Where there is one class, which cannot be told from others, neither is a number.
    """
    data, options = LabelledImages.load(train), classifier.model_dump()
    torch.manual_seed(seed)
    x, y = LabelledImages.load(test)
    names = Classes.load(classes, [*data.y, *y]).names
    model = Classifier(data.image_shape, len(names), options.pop("channels")).to(device())
    fit(model, from_dlpack(data.x), torch.from_numpy(data.y), seed=seed, **options)
    p = probabilities(model.eval(), x)
    right = (p.argmax(axis=1) == y).mean()
    surprise = -np.log(p[np.arange(len(p)), y]).mean()
    several = len(names) > 1
    numbers = {
        "accuracy": float(right) if several else None,
        "cross_entropy": float(surprise) if several else None,
    }
    with atomic_write(classifier_file) as file:
        checkpoint.save(model, file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"classifier": numbers})


if __name__ == "__main__":
    run(main)
