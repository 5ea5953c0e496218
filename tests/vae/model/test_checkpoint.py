"""Checkpoints: what is saved is what is loaded; a file that is anything else is told by name."""

import json
import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

from tests.vae.files.damage import complaint, spoilt
from vae.files.errors import InputError
from vae.model import VAE, checkpoint


@pytest.fixture(params=[0, 3], ids=["unconditional", "conditional"])
def model(request):
    torch.manual_seed(0)
    return VAE((4, 3), 2, [8, 5], activation="tanh", classes=request.param).eval()


@pytest.fixture
def small():
    torch.manual_seed(1)
    return VAE((4, 3), 2, [8])


def reloaded(model, path):
    checkpoint.save(model, path)
    return checkpoint.load(path)


def test_weights_are_loaded_as_they_were(model, tmp_path):
    weights = reloaded(model, tmp_path / "m.safetensors").state_dict()
    torch.testing.assert_close(weights, model.state_dict(), rtol=0, atol=0)


def test_settings_are_loaded_as_they_were(model, tmp_path):
    assert reloaded(model, tmp_path / "m.safetensors").settings == {
        "image_shape": [4, 3],
        "latent_dim": 2,
        "hidden": [8, 5],
        "activation": "tanh",
        "classes": model.classes,
        "likelihood": "bernoulli",
        "network": "mlp",
    }


def test_only_a_model_of_several_looks_names_their_shifts(tmp_path):
    """One of one look is the same bytes as before there were more."""
    several = VAE((4, 3), 2, [8], shifts=2)
    assert reloaded(several, tmp_path / "m.safetensors").shifts == 2
    assert several.settings["shifts"] == 2
    assert "shifts" not in VAE((4, 3), 2, [8], shifts=0).settings


def test_a_loaded_model_gives_the_same_outputs(model, tmp_path):
    loaded = reloaded(model, tmp_path / "m.safetensors")
    x, y = torch.rand(6, 4, 3), torch.arange(6) % 3 if model.conditional else None

    def outputs(vae):
        q = vae.encode(x, y)
        return q.mean, q.stddev, vae.decode(q.mean, y).mean

    torch.testing.assert_close(outputs(loaded), outputs(model), rtol=0, atol=0)


def test_a_loaded_model_is_in_evaluation_mode(small, tmp_path):
    assert small.training and not reloaded(small, tmp_path / "m.safetensors").training


def test_the_same_model_is_saved_as_the_same_bytes(model, tmp_path):
    again = VAE(**dict(reversed(model.settings.items())))
    again.load_state_dict(dict(reversed(model.state_dict().items())))
    checkpoint.save(model, tmp_path / "a")
    checkpoint.save(again, tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_file_that_cannot_be_written_is_an_os_error(small, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        checkpoint.save(small, tmp_path / "nowhere" / "m.safetensors")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[:4],
        lambda data: data[:60],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"PK\3\4" + data[4:],
    ],
    ids=["empty", "cut in length", "cut in header", "cut in weights", "too long", "another kind"],
)
def test_a_file_that_is_not_whole_is_named_with_the_remedy(spoil, small, tmp_path):
    path = tmp_path / "m.safetensors"
    checkpoint.save(small, path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(InputError, match=f"{re.escape(str(path))} is not a whole.*train it again"):
        checkpoint.load(path)


def test_weights_of_another_project_are_told_as_such(small, tmp_path):
    path = tmp_path / "m.safetensors"
    save_file(small.state_dict(), path, {"format": "pt"})
    with pytest.raises(InputError, match=f"{re.escape(str(path))} holds no vae of this project"):
        checkpoint.load(path)


@pytest.mark.parametrize(
    "change",
    [
        {"latent_dim": 3},
        {"latent_dim": -1},
        {"latent_dim": "2"},
        {"hidden": [9]},
        {"hidden": [8, 8]},
        {"image_shape": [5, 5]},
        {"classes": 10},
        {"activation": "sine"},
        {"depth": 4},
    ],
    ids=str,
)
def test_settings_that_do_not_fit_the_weights_are_told_as_such(change, small, tmp_path):
    path = tmp_path / "m.safetensors"
    save_file(small.state_dict(), path, {"vae": json.dumps(small.settings | change)})
    with pytest.raises(InputError, match=f"{re.escape(str(path))} is of another architecture"):
        checkpoint.load(path)


@given(st.data())
def test_any_damage_is_told_or_gives_a_model(small, tmp_path, data):
    """Weights carry no checksum: a bit of theirs may turn over unseen."""
    checkpoint.save(small, tmp_path / "m.safetensors")
    path = tmp_path / "spoilt.safetensors"
    path.write_bytes(data.draw(spoilt((tmp_path / "m.safetensors").read_bytes())))
    try:
        assert checkpoint.load(path).settings.keys() == small.settings.keys()
    except InputError:
        complaint(checkpoint.load, path)


def test_settings_take_no_memory_before_they_are_compared_with_the_weights(small, tmp_path):
    """A layer of a terabyte."""
    path, huge = tmp_path / "m.safetensors", {"hidden": [500_000, 500_000]}
    save_file(small.state_dict(), path, {"vae": json.dumps(small.settings | huge)})
    assert "is of another architecture" in complaint(checkpoint.load, path)


@pytest.mark.parametrize(
    "settings, told",
    [
        ("{", ": its metadata is damaged: .*train it again"),
        ("null", ": its metadata is damaged: .*train it again"),
        ("[]", " is of another architecture"),
    ],
)
def test_settings_that_are_none_are_told_as_such(settings, told, small, tmp_path):
    path = tmp_path / "m.safetensors"
    save_file(small.state_dict(), path, {"vae": settings})
    with pytest.raises(InputError, match=re.escape(str(path)) + told):
        checkpoint.load(path)
