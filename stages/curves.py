"""Draw how a training went."""

import csv
import json
from pathlib import Path

from figures import curves
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run


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
    with atomic_write(figure) as file:
        save(drawn, file, words)


if __name__ == "__main__":
    run(main)
