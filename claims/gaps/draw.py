"""Draw what the ELBO misses of log p(x)."""

from pathlib import Path

from claims.gaps import figure
from claims.gaps.measure import GapSummary
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes


def main(classes_file: Path, picture: Path, *measured: Path, style: Style) -> None:
    """The gaps of one or more models, each with a row of its own."""
    classes = Classes.load(classes_file)
    models = {file.stem: records.load(GapSummary, file, finite=False) for file in measured}
    title = f"What the ELBO misses: {classes.dataset}"
    drawn = figure.draw(models, class_names=classes.names, title=title, dpi=style.dpi)
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(models))


if __name__ == "__main__":
    run(main)
