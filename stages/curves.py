"""Draw how a training went."""

import csv
import json
from pathlib import Path

from vae.figures import curves
from vae.figures.base import save
from vae.params import Style
from vae.stage import fresh, run


def main(curve: Path, metrics: Path, figure: Path, *, style: Style) -> None:
    """From the curve and the entropy floor of a model."""
    name = curve.stem
    with curve.open(newline="") as text:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(text)]
    floor = json.loads(metrics.read_text())[name]["entropy_floor"]
    drawn = curves.draw(rows, floor=floor, title=f"Training curves: {name}", dpi=style.dpi)
    words = curves.caption(
        validation_elbo=rows[-1]["validation_elbo"], epochs=len(rows), floor=floor
    )
    with fresh(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
