"""Stages: what they exit with and say, outputs that are whole or absent, the device, the bars."""

import io
import json
import mmap
import os
import platform
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pipeline import run as stage
from pipeline.files import atomic_write
from pipeline.params import Manifold, Params
from pipeline.progress import download_bar, epoch_bar, progress
from tests.conftest import write_params
from vae.archives import Dataset
from vae.errors import InputError

LIMITED = """
import resource, runpy, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
SLEEPER = """
import time
from pathlib import Path
from vae.stage import fresh, run

def main(target: Path) -> None:
    with fresh(target) as file:
        file.write_text("half of it")
        print("writing", flush=True)
        time.sleep(60)

run(main)
"""


@pytest.fixture
def project(tmp_path, content, monkeypatch):
    """A folder with parameters, in which stages run."""
    write_params(tmp_path, content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment(root):
    """For subprocesses: the library is found, nothing but the stage writes."""
    return os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "DEVICE": "cpu"}


def run(patch, main, *arguments):
    """Run `main` as a stage with this command line."""
    patch.setattr(sys, "argv", ["stage", *arguments])
    patch.setattr(stage.gc, "freeze", lambda: None)  # this process goes on
    stage.run(main)


def status(patch, main, *arguments):
    """What the stage exits with."""
    with pytest.raises(SystemExit) as caught:
        run(patch, main, *arguments)
    return caught.value.code


def files(folder):
    """Every file under a folder, hidden ones too, and its bytes."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


# --- what a stage gets -----------------------------------------------------------------------


def test_paths_come_by_position_and_sections_by_name(project, content, monkeypatch):
    got = []

    def main(source: Path, target: Path, *, seed: int, manifold: Manifold) -> None:
        got.extend([source, target, seed, manifold.n])

    run(monkeypatch, main, "a", "b/c")
    assert got == [Path("a"), Path("b/c"), content["seed"], content["manifold"]["n"]]


def test_the_last_paths_may_be_several(project, monkeypatch):
    got = []

    def main(target: Path, *sources: Path, seed: int) -> None:
        got.append((target, sources))

    run(monkeypatch, main, "a", "b", "c")
    assert got == [(Path("a"), (Path("b"), Path("c")))]
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, main, "a")
    assert caught.value.code == 2


def test_params_are_all_the_parameters(project, content, monkeypatch):
    got = []

    def main(*, params: Params) -> None:
        got.append(params)

    run(monkeypatch, main)
    assert got[0].model_dump() == content


@pytest.mark.parametrize("arguments, value", [([], "default"), (["given"], "given")])
def test_an_argument_with_a_default_may_be_left_out(arguments, value, project, monkeypatch):
    got = []

    def main(name: str = "default") -> None:
        got.append(name)

    run(monkeypatch, main, *arguments)
    assert got == [value]


# --- what a stage exits with -----------------------------------------------------------------


@pytest.mark.parametrize(
    "error, code, told",
    [
        (InputError("data.npz holds nothing"), 1, "data.npz holds nothing"),
        (FileNotFoundError(2, "No such file", "a.npz"), 1, "[Errno 2] No such file: 'a.npz'"),
        (OSError(28, "No space left"), 1, "[Errno 28] No space left"),
        (KeyboardInterrupt(), 130, "interrupted; nothing half-written is left"),
    ],
    ids=["bad input", "missing file", "full disk", "interrupted"],
)
def test_a_failure_is_told_in_one_line(error, code, told, project, capsys, monkeypatch):
    def main() -> None:
        raise error

    assert status(monkeypatch, main) == code
    assert capsys.readouterr() == ("", f"python -m {__name__}: {told}\n")


def test_a_bug_of_ours_keeps_its_traceback(project, monkeypatch):
    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(monkeypatch, main)


def never() -> None:
    raise AssertionError("this stage must not run")


def test_wrong_parameters_exit_2_before_any_work(project, content, capsys, monkeypatch):
    content["manifold"]["n"] = 1
    write_params(project, content)
    assert status(monkeypatch, never) == 2
    assert "manifold.n is 1" in capsys.readouterr().err


def test_missing_parameters_exit_2(project, capsys, monkeypatch):
    (project / "params.yaml").unlink()
    assert status(monkeypatch, never) == 2
    assert "No such file or directory: 'params.yaml'" in capsys.readouterr().err


def test_a_wrong_command_line_exits_2(project, capsys, monkeypatch):
    assert status(monkeypatch, never, "too", "many") == 2
    assert "unrecognized arguments: too many" in capsys.readouterr().err


def test_a_script_tells_all_wrong_parameters_without_a_traceback(project, content, environment):
    content["manifold"]["n"] = 1
    content["models"]["vae"]["objective"]["beta"] = -1
    write_params(project, content)
    command = [sys.executable, "-m", "stages.check", "schema.json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert files(project).keys() == {"params.yaml", "claims/params.yaml"}
    assert re.fullmatch(
        r"python -m stages.check: 2 mistake\(s\) in params.yaml and claims/params.yaml:\n"
        r"  models.vae.objective.beta is -1: .*\n  manifold.n is 1: .*\n",
        done.stderr,
    )


def test_a_script_tells_bad_input_in_one_line(project, content, environment):
    content["dataset"]["name"] = "folder"
    write_params(project, content)
    (project / "data.npz").write_bytes(b"old")
    command = [sys.executable, "-m", "stages.download", "archives", "mine", "data.npz"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, (project / "data.npz").read_bytes()) == (1, b"old")
    assert re.fullmatch("python -m stages.download: mine holds neither train-.*\n", done.stderr)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")
def test_freed_memory_is_used_again():
    """Writing to fresh pages faults once each; to the same pages never again."""
    code = """if True:
        import resource, sys
        import numpy as np
        from vae.stage import keep_freed_memory
        if sys.argv[1] == "True":
            keep_freed_memory()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(20):
            large = [np.ones(2**20) for _ in range(3)]  # 8 MiB each
            del large
        print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    """
    faults = {
        kept: int(subprocess.check_output([sys.executable, "-c", code, str(kept)]))
        for kept in (True, False)
    }
    pages = 3 * 2**23 // mmap.PAGESIZE
    assert faults[True] < 1.5 * pages < 3 * pages < faults[False]


def test_ctrl_c_exits_130_and_leaves_the_old_output(project, environment):
    (project / "sleeper.py").write_text(SLEEPER)
    (project / "target.txt").write_text("old")
    before = files(project)
    command = [sys.executable, "-m", "sleeper", "target.txt"]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # jobs in the background of a shell are born deaf to it
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=10)
    assert (process.returncode, files(project)) == (130, before)
    assert told == "python -m sleeper: interrupted; nothing half-written is left\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["stages.download", "archives", "folder", "data.npz"],
        ["stages.train", "vae", "few.npz", "states", "vae.safetensors", "vae.csv"],
    ],
    ids=["download", "train"],
)
def test_a_full_disk_exits_1_and_leaves_the_old_output(arguments, project, content, environment):
    content["dataset"]["name"] = "digits"
    content["models"]["vae"] |= {"hidden": [64], "epochs": 1}
    write_params(project, content)
    images, labels = np.zeros((40, 8, 8), np.uint8), np.arange(40) % 10
    data = Dataset("few", tuple("0123456789"), images, labels, images, labels)
    data.save(project / "few.npz")
    for output in ("data.npz", "vae.safetensors", "vae.csv"):
        (project / output).write_bytes(b"old")
    before = files(project)
    command = [sys.executable, "-c", LIMITED, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, files(project)) == (1, before)
    assert re.fullmatch(f"python -m {arguments[0]}: .*File too large.*\n", done.stderr)


# --- fresh files and folders -----------------------------------------------------------------


@pytest.fixture(params=["file", "folder"])
def kind(request):
    return request.param


def write(kind, path, text):
    """One file, or a folder with one file that is called as it reads."""
    if kind == "folder":
        path.mkdir()
        path /= text
    path.write_text(text)


def test_a_fresh_output_replaces_the_old_one_whole(kind, tmp_path):
    write(kind, tmp_path / "out.dat", "old")
    with atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
    assert files(tmp_path) == {"out.dat" if kind == "file" else "out.dat/new": b"new"}


def test_a_fresh_output_is_not_to_be_seen_before_it_is_whole(kind, tmp_path):
    with atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
        assert not (tmp_path / "out.dat").exists()


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt, SystemExit])
def test_a_failure_leaves_the_old_output_and_no_temporary(error, kind, tmp_path):
    write(kind, tmp_path / "out.dat", "old")
    before = files(tmp_path)
    with pytest.raises(error), atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
        raise error
    assert files(tmp_path) == before


def test_what_a_killed_stage_left_behind_is_no_obstacle(kind, tmp_path):
    with pytest.raises(InputError), atomic_write(tmp_path / "out.dat") as temporary:
        raise InputError
    write(kind, temporary, "half")
    with atomic_write(tmp_path / "out.dat") as temporary:
        write(kind, temporary, "new")
    assert files(tmp_path) == {"out.dat" if kind == "file" else "out.dat/new": b"new"}


def test_metrics_are_rounded_and_hold_null_where_there_is_no_number(tmp_path):
    stage.record(tmp_path / "m.json", {"a": {"b": 1 / 3, "c": float("nan"), "d": 7}})
    assert json.loads((tmp_path / "m.json").read_text()) == {"a": {"b": 0.3333, "c": None, "d": 7}}


def test_a_class_without_images_is_told_with_those_that_have_some():
    stage.require_classes([1, 2], np.array([2, 1, 1]), "claims.held_out")
    with pytest.raises(InputError, match=r"claims.held_out: .*class 3; there are some of 1, 2"):
        stage.require_classes([1, 3], np.array([2, 1, 1]), "claims.held_out")


def test_a_single_class_is_told_where_classes_are_compared():
    stage.require_several_classes(np.array([2, 1, 1]), "doubt")
    with pytest.raises(InputError, match="doubt compares classes, and the test images are all of"):
        stage.require_several_classes(np.array([1, 1]), "doubt")


def test_a_fresh_output_makes_its_folders(tmp_path):
    with atomic_write(tmp_path / "a" / "b" / "out.dat") as temporary:
        write("file", temporary, "new")
    assert files(tmp_path) == {"a/b/out.dat": b"new"}


def test_a_temporary_has_the_suffix_by_which_writers_choose_a_format(tmp_path):
    with pytest.raises(InputError), atomic_write(tmp_path / "out.npz") as temporary:
        assert temporary.suffix == ".npz"
        raise InputError


# --- device and bars -------------------------------------------------------------------------


def test_the_device_is_the_one_asked_for(monkeypatch):
    monkeypatch.setenv("DEVICE", "cpu")
    assert stage.device().type == "cpu"


@pytest.mark.parametrize("name", ["nonsense", "", "vulkan", "cuda:99"])
def test_a_device_that_is_none_is_told_with_what_may_be_used(name, monkeypatch):
    monkeypatch.setenv("DEVICE", name)
    with pytest.raises(InputError, match=f"^DEVICE is '{name}': .*; use auto, cpu, cuda or mps$"):
        stage.device()


def test_a_device_that_is_none_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setenv("DEVICE", "vulkan")  # of which torch has a page to say
    with pytest.raises(InputError) as caught:
        stage.device()
    assert len(str(caught.value)) < 200


class Terminal(io.StringIO):
    def isatty(self):
        return True


def bar_of_items():
    assert list(progress([3, 1, 2], "items")) == [3, 1, 2]


def bar_of_bytes():
    with download_bar() as advance:
        advance("items", 512, 1024)
        advance("items", 512, 1024)
        advance("others", 512, None)


def bar_of_epochs():
    with epoch_bar("items", 2) as advance:
        advance([{"validation_elbo": -200.0}])
        advance([{"validation_elbo": -200.0}, {"validation_elbo": -100.0}])


BARS = [bar_of_items, bar_of_bytes, bar_of_epochs]


@pytest.mark.parametrize("bar", BARS)
def test_a_bar_is_silent_without_a_terminal(bar, capsys):
    bar()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("bar", BARS)
def test_a_bar_is_shown_on_a_terminal(bar, monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    bar()
    assert "items" in sys.stderr.getvalue()
