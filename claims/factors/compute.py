"""What do latent axes stand for: slant, thickness, width, height, area?"""

from pathlib import Path

import numpy as np

from claims.factors import figure as figures
from claims.factors.disentanglement import score, spearman
from claims.factors.morphology import measure
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Claims, Evaluate, Frame, Model, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes, active, kl_by_axis
from vae.metrics import write_metrics


def main(
    dataset: Path,
    metrics: Path,
    figure: Path,
    *latents: Path,
    seed: int,
    models: dict[str, Model],
    claims: Claims,
    evaluate: Evaluate,
    frame: Frame,
    style: Style,
) -> None:
    """Correlations and disentanglement of each file of codes; inactive axes count as constant."""
    data, settings = Dataset.load(dataset), claims.factors
    factors = measure(data.x_test)
    values = np.stack(factors, axis=1)
    measured, numbers = {}, {}
    for file in latents:
        codes, model = Codes.load(file), (models | claims.models)[file.stem]
        used = active(codes, evaluate.active_variance)
        axes = kl_by_axis(codes).argsort(kind="stable")[::-1]
        axes = axes[used[axes]]
        z = np.where(used, codes.mean, 0)
        scores = score(z, values, bins=settings.bins, trees=settings.trees, seed=seed)
        correlation = spearman(z, values)
        measured[file.stem] = figures.Measured(
            codes.mean, axes, correlation[axes], scores, model.objective.beta, model.conditional
        )
        numbers[file.stem] = scores._asdict() | {
            name: float(np.abs(column).max())
            for name, column in zip(factors._fields, correlation[axes].T, strict=True)
        }
    drawn = figures.draw(
        measured,
        factors,
        limit=frame.limit,
        title=f"What latent axes stand for: {data.name}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as temporary:
        save(drawn, temporary, figures.caption(measured))
    with atomic_write(metrics) as file:
        write_metrics(file, {"factors": numbers})


if __name__ == "__main__":
    run(main)
