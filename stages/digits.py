"""Draw the map with the test images themselves."""

from pathlib import Path

from figures import classes as few
from figures import digits as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style
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
    frame: Frame,
    style: Style,
) -> None:
    """Test images at their posterior means."""
    images = LabelledImages.load(test)
    codes, known = Codes.load(latents, images), Classes.load(classes, images.y)
    names = few.some_named(known.names, codes.label, style.classes)
    drawn = figures.draw(
        images.x,
        codes.mean,
        codes.label,
        class_names=names,
        limit=frame.latent_limit,
        seed=seed,
        title=f"Test images on the map: {latents.stem} on {known.dataset}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption() + few.sentence(names))


if __name__ == "__main__":
    run(main)
