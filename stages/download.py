"""Download a data set's archives, verify them, and read them into one file of arrays."""

import os
from pathlib import Path

from pipeline.files import atomic_write
from pipeline.params import Data
from pipeline.progress import download_bar
from pipeline.run import run
from vae.archives import fetch, read


def main(store: Path, folder: Path, arrays: Path, other: str = "", *, dataset: Data) -> None:
    """Archives are kept in `store`; `folder` holds the user's own data for dataset.name: folder.

    `other` names another data set than dataset.name.
    """
    name = other or dataset.name
    archives, mirror = store / name, os.environ.get("DATASET_MIRROR")
    with download_bar() as bar:
        fetch(name, archives, mirror=mirror, progress=bar)
    data = read(name, archives, folder)
    with atomic_write(arrays) as file:
        data.save(file)


if __name__ == "__main__":
    run(main)
