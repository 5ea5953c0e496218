"""Draw how far the mixture of all posteriors is from the prior."""

from pathlib import Path

from claims.aggregate import figure
from claims.aggregate.measure import Mismatches
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes


def main(classes: Path, record: Path, picture: Path, *, style: Style) -> None:
    """Every model of the record in one figure."""
    models = records.load(Mismatches, record, finite=False).models
    title = f"The aggregate posterior against the prior: {Classes.load(classes).dataset}"
    drawn = figure.draw(models, title=title, dpi=style.dpi)
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(models))


if __name__ == "__main__":
    run(main)
