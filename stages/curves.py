"""Draw how a training went."""

from pathlib import Path

from figures import curves
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files.metrics import read_curve, read_metrics


def main(curve: Path, metrics: Path, figure: Path, *, style: Style) -> None:
    """From the curve and the entropy floor of a model."""
    name, rows = curve.stem, read_curve(curve)
    floor = read_metrics(metrics, name)["entropy_floor"]
    drawn = curves.draw(rows, floor=floor, title=f"Training curves: {name}", dpi=style.dpi)
    caption = curves.caption(
        validation_elbo=rows[-1]["validation_elbo"], epochs=len(rows), floor=floor
    )
    with atomic_write(figure) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
