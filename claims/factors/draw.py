"""Draw what latent axes stand for."""

from pathlib import Path

from claims.factors import figure
from claims.factors.measure import Measured
from claims.params import ClaimsParams
from figures.png import save
from pipeline.files import atomic_write
from pipeline.model_params import Model
from pipeline.params import Frame, Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes


def main(
    claims: ClaimsParams,
    classes: Path,
    record: Path,
    picture: Path,
    *,
    models: dict[str, Model],
    frame: Frame,
    style: Style,
) -> None:
    """Every model of the record in one figure, compared by the β that it was trained with."""
    factors, measured = records.load(Measured, record, finite=False)
    settings = models | claims.models
    shown = {
        name: figure.Shown(axes, settings[name].objective.beta, settings[name].conditional)
        for name, axes in measured.items()
    }
    drawn = figure.draw(
        shown,
        factors,
        limit=frame.latent_limit,
        title=f"What latent axes stand for: {Classes.load(classes).dataset}",
        dpi=style.dpi,
    )
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(shown))


if __name__ == "__main__":
    run(main)
