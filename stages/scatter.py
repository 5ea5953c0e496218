"""Draw where the encoder puts the test set."""

from pathlib import Path

import numpy as np

from figures import classes as few
from figures import scatter as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Manifold, Style
from pipeline.run import run
from vae.codes import Codes
from vae.files.dataset import Classes


def main(
    latents: Path, classes: Path, figure: Path, *, manifold: Manifold, frame: Frame, style: Style
) -> None:
    """Means beside samples, in the manifold's frame and under its grid."""
    codes = Codes.load(latents)
    known = Classes.load(classes, codes.label)
    names = few.some_named(known.names, codes.label, style.classes)
    n, limit = manifold.n, frame.latent_limit
    drawn = figures.draw(
        codes,
        class_names=names,
        n=n,
        limit=limit,
        title=f"The latent plane: {latents.stem} on {known.dataset}",
        dpi=style.dpi,
    )
    outside = float((np.abs(codes.mean) > limit).any(axis=1).mean())
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(n=n, outside=outside, limit=limit) + few.sentence(names))


if __name__ == "__main__":
    run(main)
