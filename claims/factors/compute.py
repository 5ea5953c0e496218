"""Measure what latent axes stand for: slant, thickness, width, height, area."""

from pathlib import Path

from claims.factors import Settings
from claims.factors.measure import Measured, measure_axes
from claims.factors.morphology import measure
from pipeline.files import atomic_write
from pipeline.params import Evaluate
from pipeline.run import run
from vae.codes import Codes
from vae.files import records
from vae.files.dataset import LabelledImages
from vae.files.metrics import write_metrics


def main(
    settings: Settings,
    test: Path,
    record: Path,
    metrics: Path,
    *latents: Path,
    seed: int,
    evaluate: Evaluate,
) -> None:
    """Shape of the test images, and the axes of each file of codes, by the file's name."""
    factors = measure(LabelledImages.load(test).x)
    models = {
        file.stem: measure_axes(
            Codes.load(file),
            factors,
            active_variance=evaluate.active_variance,
            bins=settings.bins,
            trees=settings.trees,
            seed=seed,
        )
        for file in latents
    }
    with atomic_write(record) as file:
        records.save(Measured(factors, models), file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"factors": {name: axes.metrics() for name, axes in models.items()}})


if __name__ == "__main__":
    run(main)
