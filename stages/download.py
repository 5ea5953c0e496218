"""Bring a data set's archives here, verified, or one's own pictures, and read them into arrays."""

import os
from functools import partial
from pathlib import Path

from pipeline.files import atomic_write
from pipeline.params import Data
from pipeline.progress import download_bar, progress
from pipeline.run import run
from vae.datasets.archives import fetch
from vae.datasets.image_folder import Options
from vae.datasets.readers import read


def main(store: Path, folder: Path, target: Path, other: str = "", *, dataset: Data) -> None:
    """Write training images, test images and the names of the classes into the folder `target`.

    Archives are kept in `store`; `folder` holds the user's own data for dataset.name: folder;
    `other` names another data set than dataset.name.
    """
    name = other or dataset.name
    archives, mirror = store / name, os.environ.get("DATASET_MIRROR")
    with download_bar() as bar:
        fetch(name, archives, mirror=mirror, progress=bar)
    options = Options(
        dataset.size,
        dataset.channels,
        dataset.test_share,
        dataset.split_seed,
    )
    track = partial(progress, what=f"{name}: reading")
    train, test, classes = read(name, archives, folder, options, track)
    with atomic_write(target / "train.npz") as file:
        train.save(file)
    with atomic_write(target / "test.npz") as file:
        test.save(file)
    with atomic_write(target / "classes.json") as file:
        classes.save(file)


if __name__ == "__main__":
    run(main)
