"""Measure a model on the test set: the bound and its terms, the likelihood, the use of its axes."""

from functools import partial
from pathlib import Path

import torch

from vae import checkpoint
from vae.codes import Codes, active, kl_by_axis, knn_accuracy
from vae.datasets import Dataset
from vae.evaluation import importance
from vae.likelihood import entropy
from vae.params import Evaluate
from vae.stage import device, progress, record, run


def main(
    dataset: Path, model_file: Path, latents: Path, metrics: Path, *, seed: int, evaluate: Evaluate
) -> None:
    """Write the metrics of a model, in nats per test image; an ELBO is negative."""
    data = Dataset.load(dataset)
    codes = Codes.load(latents)
    model = checkpoint.load(model_file, device())
    x = model.observe(torch.from_numpy(data.x_test).to(device()), seed)
    y = torch.from_numpy(data.y_test).to(device()) if model.conditional else None
    bounds = importance(
        model,
        x,
        y,
        evaluate.samples,
        seed,
        evaluate.precision,
        partial(progress, what=f"{model_file.stem}: likelihood"),
    )
    reconstruction, kl, log_likelihood = (float(part.mean()) for part in bounds[:3])
    numbers = {
        "elbo": reconstruction - kl,
        "reconstruction": reconstruction,
        "kl": kl,
        "log_likelihood": log_likelihood,
        "log_likelihood_error": float(bounds.error.square().sum().sqrt()) / len(x),
        "entropy_floor": float(entropy(x).mean()) if model.likelihood.scale != "density" else None,
        "active_units": int(active(codes, evaluate.active_variance).sum()),
        "knn_accuracy": knn_accuracy(codes.mean, codes.label, evaluate.neighbours),
        "kl_by_axis": {f"z{axis + 1}": float(nats) for axis, nats in enumerate(kl_by_axis(codes))},
    }
    record(metrics, {model_file.stem: numbers})


if __name__ == "__main__":
    run(main)
