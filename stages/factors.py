"""What do latent axes stand for: slant, thickness, width, height, area?"""

from pathlib import Path

import numpy as np

from vae.codes import Codes, active, kl_by_axis
from vae.datasets import Dataset
from vae.disentanglement import score, spearman
from vae.figures import factors as figures
from vae.figures.base import save
from vae.morphology import measure
from vae.params import Claims, Evaluate, Frame, Model, Style
from vae.stage import fresh, record, run


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
    with fresh(figure) as temporary:
        save(drawn, temporary, figures.caption(measured))
    record(metrics, {"factors": numbers})


if __name__ == "__main__":
    run(main)
