"""Compare the posterior standard deviation of each image with a classifier's entropy on it."""

from pathlib import Path

from claims.posterior_std import Settings
from claims.posterior_std.measure import Measured, compare
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.run import run
from vae.classifier import Classifier, probabilities
from vae.codes import Codes, posterior_std
from vae.files import records
from vae.files.dataset import Classes, LabelledImages
from vae.files.metrics import write_metrics
from vae.model import checkpoint


def main(
    settings: Settings,
    test: Path,
    classes: Path,
    classifier_file: Path,
    latents: Path,
    record: Path,
    metrics: Path,
    *,
    seed: int,
) -> None:
    """Rank correlations of σ with the entropy, and what the classifier says of each image."""
    classifier = checkpoint.load_kind(Classifier, classifier_file, device())
    predicted = probabilities(classifier, LabelledImages.load(test).x)
    codes = Codes.load(latents)
    std = posterior_std(codes)
    comparison = compare(
        std,
        predicted,
        codes.label,
        parts=settings.parts,
        resamples=settings.resamples,
        seed=seed,
    )
    measured = Measured(latents.stem, std, predicted, comparison)
    with atomic_write(record) as file:
        records.save(measured, file)
    numbers = measured.metrics(Classes.load(classes).names)
    with atomic_write(metrics) as file:
        write_metrics(file, {"posterior_std": {measured.model: numbers}})


if __name__ == "__main__":
    run(main)
