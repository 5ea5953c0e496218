"""Train the independent classifier that reads pictures, and measure it on the test set."""

from pathlib import Path

import numpy as np
import torch

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Classifier as Settings
from pipeline.run import run
from vae.archives import Dataset
from vae.classifier import Classifier, probabilities, train
from vae.metrics import write_metrics
from vae.model import checkpoint


def main(
    dataset: Path, classifier_file: Path, metrics: Path, *, seed: int, classifier: Settings
) -> None:
    """Write the classifier; its accuracy and its cross-entropy in nats per test image."""
    data, options = Dataset.load(dataset), classifier.model_dump()
    torch.manual_seed(seed)
    model = Classifier(data.image_shape, len(data.class_names), options.pop("channels"))
    images, labels = torch.from_numpy(data.x_train), torch.from_numpy(data.y_train)
    train(model.to(device()), images, labels, seed=seed, **options)
    found = probabilities(model.eval(), data.x_test)
    right = found.argmax(axis=1) == data.y_test
    own = found[np.arange(len(found)), data.y_test]
    numbers = {"accuracy": float(right.mean()), "cross_entropy": float(-np.log(own).mean())}
    with atomic_write(classifier_file) as file:
        checkpoint.save(model, file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"classifier": numbers})


if __name__ == "__main__":
    run(main)
