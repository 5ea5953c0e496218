"""Measure what the ELBO misses of log p(x), of a model of a plane: exactly, beside estimates."""

from functools import partial
from pathlib import Path

import numpy as np
import torch

from claims.gaps.measure import GapSummary
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Claims, Evaluate
from pipeline.progress import progress
from pipeline.run import run
from vae.archives import Dataset
from vae.errors import InputError
from vae.evaluation import importance
from vae.model import checkpoint
from vae.quadrature import gaps, log_likelihood, points


def main(
    dataset: Path,
    model_file: Path,
    measured: Path,
    *,
    seed: int,
    claims: Claims,
    evaluate: Evaluate,
) -> None:
    """Some test images' gap in two parts, and log p(x) of these and of all by other ways."""
    data, settings, precision = Dataset.load(dataset), claims.gaps, evaluate.precision
    some = np.linspace(0, len(data.x_test) - 1, min(settings.images, len(data.x_test)), dtype=int)
    model = checkpoint.load(model_file, device())
    track = partial(progress, what=f"{model_file.stem}: quadrature")
    x = model.observe(torch.from_numpy(data.x_test).to(device()), seed)
    y = torch.from_numpy(data.y_test).to(device()) if model.conditional else None
    with torch.no_grad():
        narrowest = float(model.encode(x, y).base_dist.scale.min())
    n = max(settings.grid, points(narrowest, settings.limit))
    part = x[some], None if y is None else y[some]
    try:
        exact = gaps(model, *part, n, settings.limit, track)
    except ValueError as error:
        raise InputError(f"{model_file.stem}: {error}") from None
    bounds, defended = (
        [importance(model, *part, k, seed, precision, prior_share=a) for k in settings.samples]
        for a in (0.0, settings.prior_share)
    )
    everywhere = importance(
        model,
        x,
        y,
        settings.samples[-1],
        seed,
        precision,
        partial(progress, what=f"{model_file.stem}: likelihood"),
        settings.prior_share,
    )
    ks = np.array(settings.samples)
    errors = np.array([float(b.error.square().sum().sqrt()) / len(some) for b in bounds])
    split = GapSummary(
        approximation=exact.approximation.cpu().numpy(),
        amortisation=exact.amortisation.cpu().numpy(),
        label=data.y_test[some],
        exact=float(exact.log_likelihood.mean()),
        grid=n,
        ks=ks,
        estimates=np.array([float(b.log_likelihood.mean()) for b in bounds]),
        errors=np.where(ks > 1, errors, np.nan),
        defended=np.array([float(b.log_likelihood.mean()) for b in defended]),
        prior_share=settings.prior_share,
        all_images=len(x),
        all_exact=float(log_likelihood(model, x, y, n, settings.limit, track).mean()),
        all_defended=float(everywhere.log_likelihood.mean()),
    )
    with atomic_write(measured) as file:
        split.save(file)


if __name__ == "__main__":
    run(main)
