"""Draw how wide the posterior of each test image is."""

from pathlib import Path

from figures import classes as few
from figures import uncertainty as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style, Uncertainty
from pipeline.run import run
from vae.codes import Codes
from vae.files.dataset import Classes, LabelledImages


def main(
    test: Path,
    classes: Path,
    latents: Path,
    figure: Path,
    *,
    seed: int,
    uncertainty: Uncertainty,
    frame: Frame,
    style: Style,
) -> None:
    """Posterior ellipses, dots as wide as σ, the images of smallest and largest σ."""
    images = LabelledImages.load(test)
    codes, known = Codes.load(latents, images), Classes.load(classes, images.y)
    names = few.some_named(known.names, codes.label, style.classes)
    drawn = figures.draw(
        images.x,
        codes,
        class_names=names,
        ellipses=uncertainty.ellipses,
        strip=uncertainty.strip,
        limit=frame.latent_limit,
        seed=seed,
        title=f"Posterior uncertainty: {latents.stem} on {known.dataset}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(codes, known.names) + few.sentence(names))


if __name__ == "__main__":
    run(main)
