"""Draw test images beside their reconstructions."""

from pathlib import Path

from figures import classes as few
from figures import reconstructions as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.pictures import Reconstructions


def main(decoded: Path, classes: Path, figure: Path, *, style: Style) -> None:
    """The first test images of each class, decoded from their posterior means."""
    shown = records.load(Reconstructions, decoded)
    known = Classes.load(classes, shown.label)
    drawn = figures.draw(
        shown.x / 255,
        shown.mean,
        class_names=[known.names[label] for label in shown.label],
        title=f"Reconstructions: {decoded.parent.name} on {known.dataset}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        caption = figures.caption(latent_dim=shown.latent_dim)
        save(drawn, file, caption + few.sentence(list(shown.label), known.names))


if __name__ == "__main__":
    run(main)
