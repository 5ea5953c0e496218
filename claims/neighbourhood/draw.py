"""Draw which classes lie side by side in each latent space."""

from pathlib import Path

import numpy as np

from claims.neighbourhood import Settings, figure
from claims.neighbourhood.measure import Neighbourhoods
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.require import require_classes
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes


def main(
    settings: Settings, classes_file: Path, record: Path, picture: Path, *, style: Style
) -> None:
    """Every model of the record in one figure; the caption names the neighbours of one class."""
    classes, (k, shares) = (
        Classes.load(classes_file),
        records.load(Neighbourhoods, record, finite=False),
    )
    for rows in shares.values():
        present = np.flatnonzero(np.isfinite(rows).all(axis=1))
        require_classes([settings.example], present, "claims/neighbourhood/params.yaml:example")
    title = f"Neighbours in latent space: {classes.dataset}"
    drawn = figure.draw(shares, class_names=classes.names, title=title, dpi=style.dpi)
    caption = figure.caption(shares, class_names=classes.names, example=settings.example, k=k)
    with atomic_write(picture) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
