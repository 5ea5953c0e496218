"""Measure a model on the test set: the bound and its terms, the likelihood, the use of its axes."""

import math
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Evaluate
from pipeline.progress import progress
from pipeline.run import run
from vae import quadrature
from vae.codes import Codes, active, kl_by_axis
from vae.embedding import knn_accuracy
from vae.evaluation import Bounds, importance
from vae.files.dataset import LabelledImages
from vae.files.metrics import write_metrics
from vae.model import VAE, checkpoint
from vae.model.likelihood import entropy
from vae.quadrature import Exact


def main(
    test: Path, model_file: Path, latents: Path, metrics: Path, *, seed: int, evaluate: Evaluate
) -> None:
    """Write the metrics of a model, in nats per test image; an ELBO is negative."""
    data = LabelledImages.load(test)
    codes = Codes.load(latents, data)
    model = checkpoint.load(model_file, device())
    x = model.observe(torch.from_numpy(data.x).to(device()), seed)
    y = torch.from_numpy(data.y).to(device()) if model.conditional else None
    bounds = _bounds(model, x, y, seed, evaluate, model_file.stem)
    reconstruction, kl, log_likelihood = (float(part.mean()) for part in bounds[:3])
    numbers = {
        "elbo": reconstruction - kl,
        "reconstruction": reconstruction,
        "kl": kl,
        "log_likelihood": log_likelihood,
        "log_likelihood_samples": None if isinstance(bounds, Exact) else evaluate.samples,
        "log_likelihood_error": bounds.mean_error,
        "log_likelihood_at_edge": (
            int(bounds.at_edge.sum()) if isinstance(bounds, Exact) else None
        ),
        "entropy_floor": float(entropy(x).mean()) if model.likelihood.of_bernoulli else None,
        "active_units": int(active(codes, evaluate.active_variance).sum()),
        "knn_accuracy": (
            knn_accuracy(codes.mean, codes.label, evaluate.neighbours)
            if len(np.unique(codes.label)) > 1  # of one class any neighbour names it
            else None
        ),
        **_bits_per_dim(model, reconstruction - kl),
        "kl_by_axis": {f"z{axis + 1}": float(nats) for axis, nats in enumerate(kl_by_axis(codes))},
    }
    with atomic_write(metrics) as file:
        write_metrics(file, {model_file.stem: numbers})


def _bits_per_dim(model: VAE, elbo: float) -> dict[str, float]:
    """Of values in 256 levels alone: those of another scale are not to be set beside them."""
    if model.likelihood.scale != "levels":
        return {}
    return {"bits_per_dim": -elbo / (model.image_shape.numel() * math.log(2))}


def _bounds(
    model: VAE, x: Tensor, y: Tensor | None, seed: int, settings: Evaluate, name: str
) -> Exact | Bounds:
    """Log p(x) itself where it can be summed over the plane, else a bound by samples."""
    track, precision = partial(progress, what=f"{name}: likelihood"), settings.precision
    if quadrature.fits(model):
        return quadrature.exact(model, x, y, **settings.plane.model_dump(), track=track)
    return importance(model, x, y, settings.samples, seed, precision, track)


if __name__ == "__main__":
    run(main)
