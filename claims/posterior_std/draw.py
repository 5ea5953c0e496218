"""Draw the posterior standard deviation beside a classifier's entropy and errors."""

from pathlib import Path

from claims.posterior_std import Settings, figure
from claims.posterior_std.measure import Measured
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.require import require_classes
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes, LabelledImages


def main(
    settings: Settings, test: Path, classes_file: Path, record: Path, picture: Path, *, style: Style
) -> None:
    """One model, with the images of the smallest and the largest σ of one class."""
    images, classes = LabelledImages.load(test), Classes.load(classes_file)
    require_classes([settings.example], images.y, "claims/posterior_std/params.yaml:example")
    measured = records.load(Measured, record, finite=False)
    drawn = figure.draw(
        images,
        measured,
        class_names=classes.names,
        example=settings.example,
        strip=settings.strip,
        title="Posterior standard deviation and predictive entropy: "
        f"{measured.model} on {classes.dataset}",
        dpi=style.dpi,
    )
    caption = figure.caption(
        measured.comparison, class_names=classes.names, example=settings.example
    )
    with atomic_write(picture) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
