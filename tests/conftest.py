"""What several test modules share. Shapes and types of all of `vae` are checked while tests run."""

import os
from pathlib import Path

import pytest
from jaxtyping import install_import_hook
from ruamel.yaml import YAML

# models of tests are small: threads would wait for each other longer than they compute
os.environ.setdefault("OMP_NUM_THREADS", "1")

# before anything of vae is imported; an int may stand for a float, as Python's typing says
install_import_hook("vae", "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root():
    """The repository."""
    return ROOT


@pytest.fixture
def content():
    """The shipped params.yaml as a dictionary, to be altered."""
    return YAML(typ="safe").load((ROOT / "params.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def mirror():
    """A folder that holds mnist/<archives>; without one, tests skip, or fail on CI."""
    named = os.environ.get("DATASET_MIRROR")
    for folder in (Path(named) if named else None, ROOT.parent / "shared"):
        if folder and (folder / "mnist" / "train-images-idx3-ubyte.gz").is_file():
            return folder
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    return give_up("no MNIST: let DATASET_MIRROR name a folder that holds mnist/<its archives>")


@pytest.fixture(scope="session")
def mnist(mirror, tmp_path_factory):
    """The real MNIST."""
    from vae.datasets import fetch, read

    store = tmp_path_factory.mktemp("archives")
    fetch("mnist", store, mirror=str(mirror))
    return read("mnist", store, store)
