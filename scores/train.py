"""Train and measure one row of the score sheet with one seed: `make scores` runs all of them."""

import json
import time
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.dlpack import from_dlpack

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.run import run
from scores.rows import Row
from vae.evaluation import Bounds, encode, importance
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.lattice import objective
from vae.model import VAE
from vae.quadrature import Exact, exact
from vae.training import fit

LABELS = (100, 600, 1000)
_DRAWS, _NEIGHBOURS = 20, 5


def main(row: Row, seed: int, train: Path, test: Path, classes: Path, result: Path) -> None:
    """Write the row's numbers: nats per test image, times in seconds."""
    known = Classes.load(classes)
    if known.dataset != "mnist":
        raise InputError(f"published numbers are of mnist, and this is {known.dataset}")
    parts = LabelledImages.load(train), LabelledImages.load(test)
    numbers = score(row, *parts, len(known.names), seed)
    with atomic_write(result) as file:
        file.write_text(json.dumps(numbers, indent=2) + "\n")


def score(
    row: Row, train: LabelledImages, test: LabelledImages, classes: int, seed: int
) -> dict[str, Any]:
    """Train on the training images alone, measure on the whole test set, once."""
    settings = row.model
    torch.manual_seed(seed)
    given = classes if settings.conditional else 0
    model = VAE(train.image_shape, classes=given, **settings.architecture).to(device())
    held_out = max(1, round(row.training.validation * len(train.x)))
    begun = time.perf_counter()
    history = fit(
        model,
        from_dlpack(train.x),
        torch.from_numpy(train.y),
        epochs=settings.epochs,
        objective=objective(**settings.objective.model_dump()),
        seed=seed,
        **row.training.model_dump() | {"validation": held_out},
    )
    trained = time.perf_counter() - begun

    x = model.eval().observe(from_dlpack(test.x).to(device()), seed)
    y = torch.from_numpy(test.y).to(device()) if model.conditional else None
    bounds = _bounds(row, model, x, y, seed)
    return {
        "elbo": float((bounds.reconstruction - bounds.kl).mean()),
        "kl": float(bounds.kl.mean()),
        "log_likelihood": float(bounds.log_likelihood.mean()),
        "log_likelihood_error": bounds.mean_error,
        "validation_elbo": history[-1]["validation_elbo"],
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "training_seconds": trained,
        "measuring_seconds": time.perf_counter() - begun - trained,
        "knn_accuracy": {} if model.conditional else _few_labels(model, train, test, seed),
    }


def _bounds(row: Row, model: VAE, x: Tensor, y: Tensor | None, seed: int) -> Bounds | Exact:
    """Log p(x) summed over the plane where the row asks for it, else a bound by samples."""
    if row.plane is not None:
        return exact(model, x, y, **row.plane.model_dump())
    assert row.samples is not None
    return importance(model, x, y, row.samples, seed, row.training.precision)


def _few_labels(
    model: VAE, train: LabelledImages, test: LabelledImages, seed: int
) -> dict[int, float]:
    """Test accuracy of k nearest neighbours on posterior means, from few labelled images.

    The mean over several draws of the labelled training images.
    """
    from sklearn.neighbors import KNeighborsClassifier

    def codes(data: LabelledImages) -> np.ndarray:
        return encode(model, from_dlpack(data.x), torch.from_numpy(data.y), seed).mean

    known, unknown = codes(train), codes(test)
    random = np.random.default_rng(seed)
    found: dict[int, float] = {}
    for count in LABELS:
        shares = []
        for _ in range(_DRAWS):
            some = random.choice(len(known), count, replace=False)
            classifier = KNeighborsClassifier(_NEIGHBOURS).fit(known[some], train.y[some])
            shares.append(classifier.score(unknown, test.y))
        found[count] = mean(shares)
    return found


if __name__ == "__main__":
    run(main)
