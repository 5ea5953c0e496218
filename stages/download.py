"""Download a data set's archives, verify them, and read them into one file of arrays."""

import os
from pathlib import Path

from vae.datasets import fetch, read
from vae.params import Data
from vae.stage import download_bar, fresh, run


def main(store: Path, folder: Path, arrays: Path, *, dataset: Data) -> None:
    """Archives are kept in `store`; `folder` holds the user's own data for dataset.name: folder."""
    with download_bar() as bar:
        fetch(dataset.name, store, mirror=os.environ.get("DATASET_MIRROR"), progress=bar)
    data = read(dataset.name, store, folder)
    with fresh(arrays) as file:
        data.save(file)


if __name__ == "__main__":
    run(main)
