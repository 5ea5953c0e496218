"""Draw the map with the test images themselves."""

from pathlib import Path

from figures import digits as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style
from pipeline.run import run
from vae.archives import Dataset
from vae.codes import Codes


def main(
    dataset: Path, latents: Path, figure: Path, *, seed: int, frame: Frame, style: Style
) -> None:
    """Test images at their posterior means."""
    data, codes = Dataset.load(dataset), Codes.load(latents)
    drawn = figures.draw(
        data.x_test,
        codes.mean,
        codes.label,
        class_names=data.class_names,
        limit=frame.limit,
        seed=seed,
        title=f"Test images on the map: {latents.stem} on {data.name}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption())


if __name__ == "__main__":
    run(main)
