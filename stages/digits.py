"""Draw the map with the test images themselves."""

from pathlib import Path

from vae.codes import Codes
from vae.datasets import Dataset
from vae.figures import digits as figures
from vae.figures.base import save
from vae.params import Frame, Style
from vae.stage import fresh, run


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
    with fresh(figure) as file:
        save(drawn, file, figures.caption())


if __name__ == "__main__":
    run(main)
