"""Measure what the ELBO misses of log p(x), of a model of a plane: exactly, beside estimates."""

from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.utils.dlpack import from_dlpack

from claims.gaps import Settings
from claims.gaps.measure import GapSummary
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.params import Evaluate
from pipeline.progress import progress
from pipeline.run import run
from vae.evaluation import Bounds, importance
from vae.files import records
from vae.files.dataset import LabelledImages
from vae.files.errors import InputError
from vae.files.metrics import write_metrics
from vae.gaps import gaps, points
from vae.model import VAE, checkpoint
from vae.quadrature import log_likelihood


def main(
    settings: Settings,
    test: Path,
    model_file: Path,
    record: Path,
    metrics: Path,
    *,
    seed: int,
    evaluate: Evaluate,
) -> None:
    """Some test images' gap in two parts, and log p(x) of these and of all by other ways."""
    images, name, limit = LabelledImages.load(test), model_file.stem, settings.limit
    model = checkpoint.load(model_file, device())
    model.shifts = model.refinements = 0  # the claim is of the encoder alone
    x = model.observe(from_dlpack(images.x).to(device()), seed)
    y = torch.from_numpy(images.y).to(device()) if model.conditional else None
    some = np.linspace(0, len(x) - 1, min(settings.images, len(x)), dtype=int)
    part = x[some], None if y is None else y[some]
    n, quadrature = _grid(model, x, y, settings), partial(progress, what=f"{name}: quadrature")
    try:
        exact = gaps(model, *part, n, limit, quadrature)
    except ValueError as error:
        raise InputError(f"{name}: {error}") from None
    estimate = partial(importance, model, seed=seed, precision=evaluate.precision)
    ks, share = np.array(settings.samples), settings.prior_share
    from_q = [estimate(*part, k) for k in settings.samples]
    defensive = [estimate(*part, k, prior_share=share) for k in settings.samples]
    track = partial(progress, what=f"{name}: likelihood")
    everywhere = estimate(x, y, settings.samples[-1], prior_share=share, track=track)
    summary = GapSummary(
        approximation=exact.approximation.cpu().numpy(),
        amortisation=exact.amortisation.cpu().numpy(),
        label=images.y[some],
        exact=float(exact.log_likelihood.mean()),
        grid=n,
        ks=ks,
        estimates=np.array([_mean(bounds) for bounds in from_q]),
        errors=np.where(ks > 1, [bounds.mean_error for bounds in from_q], np.nan),
        defensive=np.array([_mean(bounds) for bounds in defensive]),
        prior_share=share,
        all_images=len(x),
        all_exact=float(log_likelihood(model, x, y, n, limit, quadrature).mean()),
        all_defensive=_mean(everywhere),
    )
    with atomic_write(record) as file:
        records.save(summary, file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"gaps": {name: summary.metrics()}})


@torch.no_grad()
def _grid(model: VAE, x: torch.Tensor, y: torch.Tensor | None, settings: Settings) -> int:
    """Codes on an axis: as many as given, or as resolve the narrowest posterior."""
    narrowest = float(model.encode(x, y).base_dist.scale.min())
    return max(settings.grid, points(narrowest, settings.limit))


def _mean(bounds: Bounds) -> float:
    """Mean estimate of log p(x)."""
    return float(bounds.log_likelihood.mean())


if __name__ == "__main__":
    run(main)
