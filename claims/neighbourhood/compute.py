"""Measure which classes lie side by side in each latent space."""

from pathlib import Path

from claims.neighbourhood import Settings
from claims.neighbourhood.measure import Neighbourhoods, neighbourhood
from pipeline.files import atomic_write
from pipeline.require import require_several_classes
from pipeline.run import run
from vae.codes import Codes
from vae.files import records
from vae.files.dataset import Classes
from vae.files.metrics import write_metrics


def main(
    settings: Settings, classes_file: Path, record: Path, metrics: Path, *latents: Path
) -> None:
    """A table of shares for each file of codes, by the file's name."""
    names, shares = Classes.load(classes_file).names, {}
    for file in latents:
        codes = Codes.load(file)
        require_several_classes(codes.label, "neighbourhood")
        shares[file.stem] = neighbourhood(codes.mean, codes.label, len(names), settings.k)
    found = Neighbourhoods(settings.k, shares)
    with atomic_write(record) as file:
        records.save(found, file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"neighbourhood": found.metrics(names)})


if __name__ == "__main__":
    run(main)
