"""The train stage: killed and started anew, diverging, without a class; what a restart trusts."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from pipeline import loading, progress
from stages import train
from tests.conftest import changed, write_params
from tests.project import forked_path
from vae import objective
from vae.datasets.readers import read
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError
from vae.model import VAE, checkpoint, networks
from vae.moments import moments

# --- as a process ----------------------------------------------------------------------------


@pytest.fixture
def trains(root, content, tmp_path):
    """Runs the stage on digits, in a folder of its own, with changed parameters."""
    digits = read("digits", tmp_path, tmp_path)
    digits.train.save(tmp_path / "train.npz")
    digits.classes.save(tmp_path / "classes.json")
    content["models"]["vae"] |= {"hidden": [16], "epochs": 20, "film": 12}
    for folder in ("stages", "pipeline", "vae"):
        (tmp_path / folder).symlink_to(root / folder)

    def start(out="out", **training):
        content["training"] |= training
        write_params(tmp_path, content)
        command = ["python", "-m", "stages.train", "params.yaml:models.vae", "train.npz"]
        return subprocess.Popen(
            [
                *(*command, "classes.json", "states"),
                *(f"{out}/vae.safetensors", f"{out}/vae.csv", "-1", f"{out}/film"),
            ],
            cwd=tmp_path,
            env=os.environ | {"PATH": forked_path(), "DEVICE": "cpu"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def test_a_killed_training_goes_on_to_the_same_bits(trains, tmp_path):
    with trains("resumed") as killed:
        while not list(tmp_path.glob("states/vae-*.pt")):
            assert killed.poll() is None
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
    assert not (tmp_path / "resumed").exists()
    told, _ = trains("resumed").communicate()
    assert "going on after epoch" in told
    trains("whole").communicate()
    for name in ("vae.safetensors", "vae.csv"):
        whole, resumed = (tmp_path / folder / name for folder in ("whole", "resumed"))
        assert whole.read_bytes() == resumed.read_bytes()
    whole, resumed = (
        {file.name: file.read_bytes() for file in (tmp_path / folder / "film").iterdir()}
        for folder in ("whole", "resumed")
    )
    assert len(whole) == 12
    assert whole == resumed
    assert not list((tmp_path / "states").iterdir())


def test_a_film_s_moments_are_models_from_the_first_weights_to_the_last(trains, tmp_path):
    trains().communicate()
    first, *_, last = sorted((tmp_path / "out/film").iterdir())
    assert (int(first.stem), int(last.stem)) == (0, moments(int(last.stem), 12)[-1])
    trained = checkpoint.load(tmp_path / "out/vae.safetensors").state_dict()
    for name, weight in checkpoint.load(last).state_dict().items():
        assert torch.equal(weight, trained[name].half().float())
    torch.manual_seed(0)
    fresh = VAE((8, 8), 2, [16], "gelu").state_dict()
    for name, weight in checkpoint.load(first).state_dict().items():
        assert torch.equal(weight, fresh[name].half().float())


def test_a_diverging_training_is_told_in_a_line_and_leaves_no_checkpoint(trains, tmp_path):
    process = trains(learning_rate=1e6, clip=1e30)
    _, told = process.communicate()
    assert process.returncode == 1
    assert re.fullmatch(r"python -m stages\.train: training diverged in epoch \d+: .*\n", told)
    assert not (tmp_path / "out").exists()


# --- what is trained on, and what a restart trusts -------------------------------------------


@pytest.fixture
def begin(content, tmp_path, monkeypatch):
    """Starts a training on a few images that is interrupted after its first epoch.

    Given back are the name of the state that it left, and the images and labels it saw.
    """
    monkeypatch.setenv("DEVICE", "cpu")
    images = np.random.default_rng(0).integers(0, 256, (30, 4, 3), dtype=np.uint8)
    LabelledImages(images, np.arange(30) % 3).save(tmp_path / "train.npz")
    Classes("few", ("a", "b", "c")).save(tmp_path / "classes.json")
    content["models"]["vae"] |= {"hidden": [5]}
    seen = []

    def interrupted(model, x, y, on_epoch, **options):
        seen.append((x, y))
        on_epoch({"history": [{"validation_elbo": -1.0}]})
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "fit", interrupted)

    def start(states="states", out="out", without=-1):
        write_params(tmp_path, content)
        params = loading.read(tmp_path / "params.yaml")
        with pytest.raises(KeyboardInterrupt):
            train.main(
                params.models["vae"],
                *(tmp_path / name for name in ("train.npz", "classes.json", states)),
                *(tmp_path / out / name for name in ("vae.safetensors", "vae.csv")),
                without,
                seed=params.seed,
                training=params.training,
            )
        (state,) = (tmp_path / states).iterdir()
        state.unlink()
        return state.name, *seen.pop()

    return start


def test_without_a_class_all_other_images_are_trained_on_in_order(begin, tmp_path):
    images, labels = LabelledImages.load(tmp_path / "train.npz")
    _, x, y = begin(without=1)
    assert torch.equal(x, torch.from_numpy(images[labels != 1]))
    assert torch.equal(y, torch.from_numpy(labels[labels != 1]))
    _, x, y = begin()
    assert torch.equal(x, torch.from_numpy(images.copy()))
    assert torch.equal(y, torch.from_numpy(labels))


@pytest.mark.parametrize("labels, without, told", [([0, 2], 1, "class 1; there"), ([1], 1, "all")])
def test_a_class_that_cannot_be_left_out_is_told(labels, without, told, begin, tmp_path):
    y = np.resize(labels, 30)
    LabelledImages(np.zeros((30, 4, 3), np.uint8), y).save(tmp_path / "train.npz")
    with pytest.raises(InputError, match=f"held_out: .*{told}"):
        begin(without=without)


@pytest.mark.parametrize(
    "key, value",
    [
        ("seed", 1),
        ("training__learning_rate", 1e-4),
        ("training__precision", "float32"),
        ("models__vae__hidden", [6]),
        ("models__vae__objective__beta", 2.0),
        ("models__vae__epochs", 35),
        ("models__vae__conditional", True),
    ],
)
def test_a_restart_with_other_settings_begins_anew(key, value, begin, content):
    first, *_ = begin()
    changed(content, **{key: value})
    assert begin()[0] != first


def test_a_restart_without_a_class_begins_anew(begin):
    assert len({begin(without=without)[0] for without in (-1, 0, 1)}) == 3


def test_a_restart_on_other_data_begins_anew(begin, tmp_path):
    first, *_ = begin()
    images, labels = LabelledImages.load(tmp_path / "train.npz")
    images = images.copy()
    images[7, 2, 1] ^= 1
    LabelledImages(images, labels).save(tmp_path / "train.npz")
    other, *_ = begin()
    Classes("few", ("a", "b", "c", "d")).save(tmp_path / "classes.json")
    assert len({first, other, begin()[0]}) == 3


@pytest.mark.parametrize("module", [objective, networks, train])
def test_a_restart_with_other_code_begins_anew(module, begin, tmp_path, monkeypatch):
    first, *_ = begin()
    copy = Path(shutil.copy(module.__file__, tmp_path / "module.py"))
    monkeypatch.setattr(module, "__file__", str(copy))
    assert begin()[0] == first  # the same code in another place
    copy.write_text(copy.read_text(encoding="utf-8").replace("beta", "bata", 1) + "\n")
    assert begin()[0] != first


def test_a_restart_with_another_torch_begins_anew(begin, monkeypatch):
    first, *_ = begin()
    monkeypatch.setattr(torch, "__version__", "0.0")
    assert begin()[0] != first


def test_what_cannot_change_the_model_lets_a_training_go_on(begin, content, tmp_path, monkeypatch):
    first, *_ = begin()
    changed(content, style__dpi=99, evaluate__samples=7, models__cvae__epochs=1)
    os.utime(tmp_path / "train.npz", (0, 0))
    (tmp_path / "progress.py").write_text("bars = None\n")
    monkeypatch.setattr(progress, "__file__", str(tmp_path / "progress.py"))
    assert begin(states="elsewhere", out="elsewhere/too")[0] == first
