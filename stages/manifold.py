"""Draw what the latent plane decodes to: the quantile grid, for a conditional model by class."""

from pathlib import Path

from figures import classes as few
from figures import manifold as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.require import require_rows
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.pictures import Manifold


def main(decoded: Path, classes: Path, figure: Path, *, style: Style) -> None:
    """One grid, or for a conditional model a page of one smaller grid for each class."""
    shown = records.load(Manifold, decoded)
    known = Classes.load(classes, () if shown.label is None else shown.label)
    title = f"The learned manifold: {decoded.parent.name} on {known.dataset}"
    if shown.label is not None:
        require_rows(len(shown.mean), len(shown.label), decoded)
        names = [known.names[label] for label in shown.label]
        drawn = figures.draw_classes(shown.mean, class_names=names, title=title, dpi=style.dpi)
        caption = figures.caption_classes(n=shown.mean.shape[1], classes=len(names))
        caption += few.sentence(names, known.names)
    else:
        drawn = figures.draw(shown.mean, title=title, dpi=style.dpi)
        caption = figures.caption(n=len(shown.mean), inside=shown.inside)
    with atomic_write(figure) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
