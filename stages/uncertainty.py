"""Draw how sure the encoder is of each test image."""

from pathlib import Path

import numpy as np

from figures import uncertainty as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style, Uncertainty
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes, posterior_std


def main(
    dataset: Path,
    latents: Path,
    figure: Path,
    *,
    seed: int,
    uncertainty: Uncertainty,
    frame: Frame,
    style: Style,
) -> None:
    """Posterior ellipses, dots as wide as σ, the surest and the most doubtful images."""
    data, codes = Dataset.load(dataset), Codes.load(latents)
    drawn = figures.draw(
        data.x_test,
        codes,
        class_names=data.class_names,
        ellipses=uncertainty.ellipses,
        strip=uncertainty.strip,
        limit=frame.limit,
        seed=seed,
        title=f"Posterior uncertainty: {latents.stem} on {data.name}",
        dpi=style.dpi,
    )
    words = figures.caption(median=float(np.median(posterior_std(codes))))
    with atomic_write(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
