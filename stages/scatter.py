"""Draw where the encoder puts the test set."""

from pathlib import Path

import numpy as np

from figures import scatter as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Manifold, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes


def main(
    dataset: Path, latents: Path, figure: Path, *, manifold: Manifold, frame: Frame, style: Style
) -> None:
    """Means beside samples, in the manifold's frame and under its grid."""
    data, codes = Dataset.load(dataset), Codes.load(latents)
    drawn = figures.draw(
        codes,
        class_names=data.class_names,
        n=manifold.n,
        limit=frame.limit,
        title=f"The latent plane: {latents.stem} on {data.name}",
        dpi=style.dpi,
    )
    outside = float((np.abs(codes.mean) > frame.limit).any(axis=1).mean())
    words = figures.caption(n=manifold.n, outside=outside, limit=frame.limit)
    with atomic_write(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
