"""Bring the archives of a data set into a folder, where the stage `download` finds them.

No stage of dvc.yaml: `make` asks here first whether the data is to be had at all. Exit status 69
(EX_UNAVAILABLE) says that no mirror has it.
"""

import os
import sys
from pathlib import Path

from pipeline.params import Data
from pipeline.progress import download_bar
from pipeline.run import run
from vae.datasets.archives import Unavailable, fetch


def main(store: Path, name: str = "", *, dataset: Data) -> None:
    """Fetch the archives of `name`, by default of the data set in params.yaml."""
    name, mirror = name or dataset.name, os.environ.get("DATASET_MIRROR")
    try:
        with download_bar() as bar:
            fetch(name, store / name, mirror=mirror, progress=bar)
    except Unavailable as error:
        print(error, file=sys.stderr)
        sys.exit(69)


if __name__ == "__main__":
    run(main)
