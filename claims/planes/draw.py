"""Draw what the weight of the KL, or another objective, does to a latent plane."""

from pathlib import Path

from claims.planes import figure
from claims.planes.measure import Run
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Frame, Style
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.files.errors import InputError
from vae.files.metrics import read_metrics


def main(
    classes_file: Path,
    exact: Path,
    picture: Path,
    *recorded: Path,
    frame: Frame,
    style: Style,
) -> None:
    """Models side by side; `exact` holds log p(x) of some of them.

    Models that differ in β alone are compared by β, others by their names.
    """
    classes, known = Classes.load(classes_file), read_metrics(exact, "exact")
    runs = [records.load(Run, file) for file in recorded]
    if len({run.settings for run in runs}) > 1:
        names = ", ".join(run.name for run in runs)
        raise InputError(f"{names}: give models that differ in their objective alone")
    runs = [run._replace(exact=known.get(run.name, {}).get("log_likelihood")) for run in runs]
    drawn = figure.draw(
        runs,
        class_names=classes.names,
        limit=frame.latent_limit,
        title=f"What {figure.cause(runs)} does to a latent plane: {classes.dataset}",
        dpi=style.dpi,
    )
    with atomic_write(picture) as file:
        save(drawn, file, figure.caption(runs, limit=frame.latent_limit))


if __name__ == "__main__":
    run(main)
