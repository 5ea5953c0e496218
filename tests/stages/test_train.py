"""The train stage as a process: killed and started anew, and diverging."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.conftest import write_params
from vae.archives import read


@pytest.fixture
def trains(root, content, tmp_path):
    """Runs the stage on digits, in a folder of its own, with changed parameters."""
    read("digits", tmp_path, tmp_path).save(tmp_path / "digits.npz")
    content["models"]["vae"] |= {"hidden": [16], "epochs": 50}

    def start(out="out", **training):
        content["training"] |= training
        write_params(tmp_path, content)
        command = [sys.executable, "-m", "stages.train", "vae", "digits.npz", "states"]
        return subprocess.Popen(
            [*command, f"{out}/vae.safetensors", f"{out}/vae.csv"],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(root), "DEVICE": "cpu"},
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
    assert not list((tmp_path / "states").iterdir())


def test_a_diverging_training_is_told_in_a_line_and_leaves_no_checkpoint(trains, tmp_path):
    process = trains(learning_rate=1e6, clip=1e30)
    _, told = process.communicate()
    assert process.returncode == 1
    assert re.fullmatch(r"python -m stages\.train: training diverged in epoch \d+: .*\n", told)
    assert not (tmp_path / "out").exists()
