"""Train and measure one row of the score sheet with one seed: `make scores` runs all of them."""

import argparse
import json
import sys
import time
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch

from pipeline.device import device
from pipeline.files import atomic_write
from scores.rows import Row, read
from vae.archives import Dataset
from vae.evaluation import encode, importance
from vae.model import VAE
from vae.objective import Objective
from vae.training import fit

LABELS = (100, 600, 1000)
_DRAWS, _NEIGHBOURS = 20, 5


def main() -> None:
    """Write the row's numbers: nats per test image, times in seconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score", description=__doc__)
    parser.add_argument("params", type=Path)
    parser.add_argument("row")
    parser.add_argument("seed", type=int)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("result", type=Path)
    options = parser.parse_args()

    row = read(options.params).rows[options.row]
    data = Dataset.load(options.dataset)
    if data.name != "mnist":
        sys.exit(f"{parser.prog}: published numbers are of mnist, and this is {data.name}")
    numbers = score(row, data, options.seed)
    with atomic_write(options.result) as file:
        file.write_text(json.dumps(numbers, indent=2) + "\n")


def score(row: Row, data: Dataset, seed: int) -> dict[str, Any]:
    """Train on the training images alone, measure on the whole test set, once."""
    settings = row.model
    torch.manual_seed(seed)
    model = VAE(
        data.image_shape,
        settings.latent_dim,
        settings.hidden,
        settings.activation,
        len(data.class_names) if settings.conditional else 0,
        settings.likelihood,
        settings.network,
    ).to(device())
    held_out = max(1, round(row.training.validation * len(data.x_train)))
    begun = time.perf_counter()
    history = fit(
        model,
        torch.from_numpy(data.x_train),
        torch.from_numpy(data.y_train),
        epochs=settings.epochs,
        objective=Objective(**settings.objective.model_dump()),
        seed=seed,
        **row.training.model_dump() | {"validation": held_out},
    )
    trained = time.perf_counter() - begun

    x = model.eval().observe(torch.from_numpy(data.x_test).to(device()), seed)
    y = torch.from_numpy(data.y_test).to(device()) if model.conditional else None
    bounds = importance(model, x, y, row.samples, seed, row.training.precision)
    return {
        "elbo": float((bounds.reconstruction - bounds.kl).mean()),
        "kl": float(bounds.kl.mean()),
        "log_likelihood": float(bounds.log_likelihood.mean()),
        "log_likelihood_error": float(bounds.error.square().sum().sqrt()) / len(x),
        "validation_elbo": history[-1]["validation_elbo"],
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "training_seconds": trained,
        "measuring_seconds": time.perf_counter() - begun - trained,
        "knn_accuracy": {} if model.conditional else _few_labels(model, data, seed),
    }


def _few_labels(model: VAE, data: Dataset, seed: int) -> dict[int, float]:
    """Test accuracy of k nearest neighbours on posterior means, from few labelled images.

    The mean over several draws of the labelled training images.
    """
    from sklearn.neighbors import KNeighborsClassifier

    def codes(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
        return encode(model, torch.from_numpy(images), torch.from_numpy(labels), seed).mean

    train, test = codes(data.x_train, data.y_train), codes(data.x_test, data.y_test)
    random = np.random.default_rng(seed)
    found: dict[int, float] = {}
    for count in LABELS:
        shares = []
        for _ in range(_DRAWS):
            some = random.choice(len(train), count, replace=False)
            classifier = KNeighborsClassifier(_NEIGHBOURS).fit(train[some], data.y_train[some])
            shares.append(classifier.score(test, data.y_test))
        found[count] = mean(shares)
    return found


if __name__ == "__main__":
    main()
