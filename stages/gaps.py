"""Draw what the ELBO misses of log p(x)."""

from pathlib import Path

from vae.datasets import Dataset
from vae.figures import gaps as figures
from vae.figures.base import save
from vae.gaps import Split
from vae.params import Style
from vae.stage import fresh, record, run


def main(dataset: Path, metrics: Path, figure: Path, *measured: Path, style: Style) -> None:
    """The gaps of one or more models, each with a row of its own."""
    data = Dataset.load(dataset)
    splits = {file.stem: Split.load(file) for file in measured}
    drawn = figures.draw(
        splits,
        class_names=data.class_names,
        title=f"What the ELBO misses: {data.name}",
        dpi=style.dpi,
    )
    with fresh(figure) as file:
        save(drawn, file, figures.caption(splits))
    record(metrics, {"gaps": {name: split.numbers() for name, split in splits.items()}})


if __name__ == "__main__":
    run(main)
