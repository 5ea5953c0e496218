"""Measure how far the mixture of all posteriors is from the prior."""

from pathlib import Path

from claims.aggregate import Settings
from claims.aggregate.measure import Mismatches, mismatch
from pipeline.files import atomic_write
from pipeline.run import run
from vae.codes import Codes
from vae.files import records
from vae.files.metrics import write_metrics


def main(settings: Settings, record: Path, metrics: Path, *latents: Path, seed: int) -> None:
    """The mismatch of each file of codes, by the file's name."""
    models = {file.stem: mismatch(Codes.load(file), settings.cells, seed) for file in latents}
    with atomic_write(record) as file:
        records.save(Mismatches(models), file)
    with atomic_write(metrics) as file:
        write_metrics(file, {"aggregate": {name: m.metrics() for name, m in models.items()}})


if __name__ == "__main__":
    run(main)
