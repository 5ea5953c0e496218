"""Draw how far a conditional model's codes are free of the class."""

from pathlib import Path

from claims.decoupling import figure
from claims.decoupling.measure import Decoupling
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes


def main(classes_file: Path, record: Path, picture: Path, *, frame: Frame, style: Style) -> None:
    """Probes, planes and classes on demand in one figure."""
    classes, found = Classes.load(classes_file), records.load(Decoupling, record, finite=False)
    drawn = figure.draw(
        found,
        class_names=classes.names,
        limit=frame.latent_limit,
        title=f"Is the class decoupled from z? {classes.dataset}",
        dpi=style.dpi,
    )
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(found))


if __name__ == "__main__":
    run(main)
