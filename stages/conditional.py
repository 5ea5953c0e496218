"""Draw the same codes as every class of a conditional model."""

from pathlib import Path

from figures import classes as few
from figures import conditional as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae import pictures
from vae.files import records
from vae.files.dataset import Classes


def main(decoded: Path, classes: Path, figure: Path, *, style: Style) -> None:
    """One row a code from the prior, one column a class."""
    shown = records.load(pictures.Conditional, decoded)
    known = Classes.load(classes, shown.label)
    drawn = figures.draw(
        shown.mean,
        class_names=[known.names[label] for label in shown.label],
        title=f"One code, every class: {decoded.parent.name} on {known.dataset}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        caption = figures.caption(rows=len(shown.mean))
        save(drawn, file, caption + few.sentence(list(shown.label), known.names))


if __name__ == "__main__":
    run(main)
