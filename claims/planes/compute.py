"""Decode the latent plane of one model, and gather what its objective came to."""

from pathlib import Path

from claims.objectives import beta_alone, describe
from claims.planes.measure import Run
from pipeline.device import device
from pipeline.files import atomic_write
from pipeline.model_params import Model
from pipeline.params import Manifold
from pipeline.run import run
from vae import latent
from vae.codes import Codes
from vae.files import records
from vae.files.metrics import read_metrics
from vae.model import checkpoint, decode_mean


def main(
    settings: Model,
    model_file: Path,
    latents: Path,
    metrics: Path,
    record: Path,
    *,
    manifold: Manifold,
) -> None:
    """The decoded quantile grid, the codes of the test set, and the terms of the bound."""
    codes, numbers = Codes.load(latents), read_metrics(metrics, model_file.stem)
    model = checkpoint.load(model_file, device())
    decoded = Run(
        name=model_file.stem,
        settings=settings.model_dump_json(exclude={"objective"}),
        objective=describe(settings.objective),
        beta=beta_alone(settings.objective),
        manifold=decode_mean(model, latent.quantile_grid(manifold.page_n)),
        codes=codes.mean,
        label=codes.label,
        reconstruction=numbers["reconstruction"],
        kl=numbers["kl"],
    )
    with atomic_write(record) as file:
        records.save(decoded, file)


if __name__ == "__main__":
    run(main)
