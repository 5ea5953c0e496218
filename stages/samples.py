"""Draw samples from the prior: decoder means beside draws, and where their codes lie."""

from pathlib import Path

from figures import samples as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.pictures import Samples


def main(decoded: Path, classes: Path, figure: Path, *, frame: Frame, style: Style) -> None:
    """Codes from the prior and, for a conditional model, classes at random."""
    shown, known = records.load(Samples, decoded), Classes.load(classes)
    drawn = figures.draw(
        shown.mean,
        shown.drawn,
        shown.places,
        limit=frame.latent_limit if shown.plane else None,
        title=f"Samples from the prior: {decoded.parent.name} on {known.dataset}",
        dpi=style.dpi,
    )
    caption = figures.caption(n=len(shown.mean), plane=shown.plane, conditional=shown.conditional)
    with atomic_write(figure) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
