"""Draw how well the bound detects a class, or a data set, that a model never saw."""

from pathlib import Path

from claims.anomaly import Settings, figure
from claims.anomaly.measure import Anomalies
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes


def main(
    settings: Settings, classes_file: Path, record: Path, picture: Path, *, style: Style
) -> None:
    """Published values are drawn beside, if they are of this data set."""
    classes, anomalies = Classes.load(classes_file), records.load(Anomalies, record, finite=False)
    published = settings.published if classes.dataset == settings.published_for else {}
    drawn = figure.draw(
        anomalies,
        class_names=classes.names,
        published=published,
        title=f"Anomalies by the bound: {anomalies.model} on {classes.dataset}",
        dpi=style.dpi,
    )
    caption = figure.caption(anomalies, class_names=classes.names, published=published)
    with atomic_write(picture) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
