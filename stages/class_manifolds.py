"""Draw the manifold of each class of a conditional model, each as a picture of its own."""

from pathlib import Path

from figures import manifold as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.pictures import ClassManifolds


def main(decoded: Path, classes: Path, folder: Path, *, style: Style) -> None:
    """`folder` holds <class>.png, the full n×n grid."""
    shown = records.load(ClassManifolds, decoded)
    known = Classes.load(classes, shown.label)
    with atomic_write(folder) as files:
        files.mkdir()
        for label, mean in zip(shown.label, shown.mean, strict=True):
            title = (
                f"The manifold of {known.names[label]}: {decoded.parent.name} on {known.dataset}"
            )
            drawn = figures.draw(mean, title=title, dpi=style.dpi)
            save(drawn, files / f"{label}.png", figures.caption_class(n=len(mean)))


if __name__ == "__main__":
    run(main)
