"""Draw which axis of each model of the shapes knows which factor."""

from pathlib import Path

from claims.shapes import Settings, figure
from claims.shapes.measure import Measured
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records


def main(settings: Settings, record: Path, picture: Path, *, style: Style) -> None:
    """Every model of the record in one figure."""
    measured = records.load(Measured, record)
    betas = {name: settings.models[name].objective.beta for name in measured.models}
    drawn = figure.draw(
        measured,
        betas,
        limit=settings.limit,
        title="Which axis knows which of the factors that made the images: shapes",
        dpi=style.dpi,
    )
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(measured, betas))


if __name__ == "__main__":
    run(main)
