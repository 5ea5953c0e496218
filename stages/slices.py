"""Draw slices of what three latent axes decode to."""

from pathlib import Path

from figures import slices as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.pictures import Slices


def main(decoded: Path, classes: Path, figure: Path, *, style: Style) -> None:
    """A panel for each place on the third axis."""
    shown, known = records.load(Slices, decoded), Classes.load(classes)
    title = f"Slices of the manifold: {decoded.parent.name} on {known.dataset}"
    drawn = figures.draw(shown.mean, shown.z3, title=title, dpi=style.dpi)
    caption = figures.caption(n=shown.mean.shape[1], slices=len(shown.z3))
    with atomic_write(figure) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
