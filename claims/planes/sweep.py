"""Write the page on which one drags through planes trained with other weights of the KL."""

from pathlib import Path

import numpy as np

from claims.planes.measure import Run, is_beta_sweep
from pages.film.contents import contents
from pages.render import render
from pipeline.files import atomic_write
from pipeline.params import Frame
from pipeline.run import run
from vae.files import records
from vae.files.dataset import Classes
from vae.files.errors import InputError
from vae.film import Film


def main(
    source: Path,
    shared_css: Path,
    classes_file: Path,
    page: Path,
    *recorded: Path,
    frame: Frame,
) -> None:
    """`source` is the folder of a film's page, and each model that `compute` recorded a moment."""
    classes, runs = Classes.load(classes_file), [records.load(Run, file) for file in recorded]
    if not is_beta_sweep(runs) or len({run.settings for run in runs}) > 1:
        names = ", ".join(run.name for run in runs)
        raise InputError(f"{names}: give models that differ in the weight of the KL alone")
    values = contents(
        film(runs),
        classes,
        title=f"What the KL term does to a latent plane: {classes.dataset}",
        limit=frame.latent_limit,
        weights=[run.beta for run in runs if run.beta is not None],
    )
    with atomic_write(page) as file:
        file.write_text(render(source, shared_css, **values), encoding="utf-8")


def film(runs: list[Run]) -> Film:
    """Each run as a moment, of all test images and the decoded quantile grid."""
    return Film(
        step=np.arange(len(runs)),
        mean=np.stack([run.codes for run in runs]).astype(np.float16),
        label=runs[0].label,
        reconstruction=np.array([run.reconstruction for run in runs]),
        kl=np.array([run.kl for run in runs]),
        pictures=np.rint(255 * np.stack([run.manifold for run in runs])).astype(np.uint8),
        columns=np.empty(0, int),
    )


if __name__ == "__main__":
    run(main)
