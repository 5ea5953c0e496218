"""A model's file without PyTorch: the same numbers as the checkpoint's, and damage in a line."""

import json
import re

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from tests.vae.files.damage import WAYS, complaint
from vae.classifier import Classifier
from vae.files import weights
from vae.model import VAE, checkpoint


@pytest.fixture
def model():
    torch.manual_seed(0)
    return VAE((4, 3), 2, [8, 5], activation="tanh", classes=3)


@pytest.fixture
def path(model, tmp_path):
    """The file of a model."""
    checkpoint.save(model, tmp_path / "m.safetensors")
    return tmp_path / "m.safetensors"


def test_arrays_are_the_weights_of_the_checkpoint(path, model):
    found, loaded = weights.read(path).arrays, checkpoint.load(path).state_dict()
    assert found.keys() == loaded.keys() == model.state_dict().keys()
    for name, array in found.items():
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, loaded[name].numpy(), err_msg=name)


def test_settings_are_those_of_the_checkpoint(path, model):
    assert weights.read(path).settings == checkpoint.load(path).settings == model.settings


def test_the_arrays_compute_what_the_model_computes(path, model):
    """tanh of affine maps, written out: names and axes of the weights are as whoever reads them
    (the explorer's page) takes them to be."""
    arrays, pixels = weights.read(path).arrays, np.random.default_rng(0).random((6, 15), np.float32)
    x = pixels
    for layer in (0, 2, 4):
        x = x @ arrays[f"encoder.{layer}.weight"].T + arrays[f"encoder.{layer}.bias"]
        x = np.tanh(x) if layer < 4 else x
    with torch.no_grad():
        expected = model.encoder(torch.from_numpy(pixels))
    np.testing.assert_allclose(x, expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_file_is_told_with_the_remedy(way, path):
    path.write_bytes(WAYS[way](path.read_bytes()))
    assert complaint(weights.read, path).endswith("; train it again")


@pytest.mark.parametrize("settings", ["", "{", "null", "3", '"vae"', "[1]"])
def test_damaged_settings_are_told_with_the_remedy(settings, path):
    save_file(weights.read(path).arrays, path, {"vae": settings})
    assert "its metadata is damaged" in complaint(weights.read, path)


@pytest.mark.parametrize("value", [np.float32("nan"), np.float32("inf"), np.float64(0)])
def test_weights_that_are_no_finite_numbers_are_told(value, path):
    model = weights.read(path)
    spoilt = np.full_like(model.arrays["decoder.0.bias"], value, dtype=value.dtype)
    arrays = model.arrays | {"decoder.0.bias": spoilt}
    save_file(arrays, path, {"vae": json.dumps(model.settings)})
    assert "its decoder.0.bias is damaged" in complaint(weights.read, path)


def test_a_folder_is_an_os_error_that_names_it(tmp_path):
    with pytest.raises(IsADirectoryError, match=re.escape(str(tmp_path))):
        weights.read(tmp_path)


def test_a_model_of_another_kind_is_told_as_such(tmp_path):
    classifier = Classifier((8, 8), 3, [2])
    checkpoint.save(classifier, tmp_path / "c.safetensors")
    assert "holds no vae" in complaint(weights.read, tmp_path / "c.safetensors")
    settings = weights.read(tmp_path / "c.safetensors", "classifier").settings
    assert settings == {"image_shape": [8, 8], "classes": 3, "channels": [2]}


def test_weights_of_another_project_are_told_as_such(path):
    save_file(weights.read(path).arrays, path, {"format": "np"})
    assert "metadata has no key 'vae'" in complaint(weights.read, path)
    save_file({"a": np.zeros(3)}, path)
    assert "metadata has no key 'vae'" in complaint(weights.read, path)


def test_settings_are_kept_as_json(path, model):
    """So that any language reads them."""
    header = path.read_bytes()[8:]
    length = int.from_bytes(path.read_bytes()[:8], "little")
    assert json.loads(json.loads(header[:length])["__metadata__"]["vae"]) == model.settings


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        weights.read(tmp_path / "none.safetensors")
