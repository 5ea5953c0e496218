"""Draw what the ELBO misses of log p(x)."""

from pathlib import Path

from claims.gaps import figure as figures
from claims.gaps.measure import GapSummary
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.archives import Dataset
from vae.metrics import write_metrics


def main(dataset: Path, metrics: Path, figure: Path, *measured: Path, style: Style) -> None:
    """The gaps of one or more models, each with a row of its own."""
    data = Dataset.load(dataset)
    splits = {file.stem: GapSummary.load(file) for file in measured}
    drawn = figures.draw(
        splits,
        class_names=data.class_names,
        title=f"What the ELBO misses: {data.name}",
        dpi=style.dpi,
    )
    with atomic_write(figure) as file:
        save(drawn, file, figures.caption(splits))
    with atomic_write(metrics) as file:
        write_metrics(file, {"gaps": {name: split.numbers() for name, split in splits.items()}})


if __name__ == "__main__":
    run(main)
