"""Small models that know scikit-learn's digits, and their pages."""

import os

import pytest
import torch
from filelock import FileLock

from tests.pages.explorer.drive import KINDS, still, write
from vae.datasets.readers import read
from vae.model import VAE, checkpoint
from vae.training import fit


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("none")
    return read("digits", folder, folder)


@pytest.fixture(scope="session")
def models(digits, tmp_path_factory):
    """Small models that know them well enough to recognise one; all workers share them."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with FileLock(folder / "explorers.lock"):
        for kind, shape in KINDS.items():
            if not (folder / f"{kind}.safetensors").exists():
                checkpoint.save(trained(digits.train, shape), folder / f"{kind}.safetensors")
    return {kind: checkpoint.load(folder / f"{kind}.safetensors") for kind in KINDS}


def trained(images, shape):
    """A model after a short training."""
    torch.manual_seed(0)
    model = VAE(images.image_shape, hidden=[96, 48], activation="gelu", **shape)
    fit(
        model,
        torch.from_numpy(images.x),
        torch.from_numpy(images.y),
        epochs=60,
        batch_size=64,
        learning_rate=3e-3,
        beta2=0.99,
        warmup=0.3,
        clip=100.0,
        validation=50,
        precision="float32",
    )
    return model


@pytest.fixture(scope="session")
def files(models, digits, tmp_path_factory):
    folder = tmp_path_factory.mktemp("explorers")
    return {kind: write(folder / f"{kind}.html", model, digits) for kind, model in models.items()}


@pytest.fixture
def explorer(opened, files):
    """A page of one kind, ready."""

    def open_(kind, **options):
        page = opened(files[kind], "body[data-ready]", **options)
        still(page)
        return page

    return open_
