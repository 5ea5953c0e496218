"""Stages: what they are given, what they exit with and say, and what they leave behind."""

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
from pipeline.model_params import Model
from pipeline.params import Manifold, Params
from tests.conftest import without_own, write_params
from tests.pipeline.listing import files
from tests.project import forked_path
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError

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
from pipeline.files import atomic_write
from pipeline.run import run

def main(target: Path) -> None:
    with atomic_write(target) as file:
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


# --- what a stage gets -----------------------------------------------------------------------


def test_paths_come_by_position_and_sections_by_name(project, content, monkeypatch):
    got = []

    def main(source: Path, target: Path, *, seed: int, manifold: Manifold) -> None:
        got.extend([source, target, seed, manifold.n])

    run(monkeypatch, main, "a", "b/c")
    assert got == [Path("a"), Path("b/c"), content["seed"], content["manifold"]["n"]]


@pytest.mark.parametrize("more", [["b"], ["b", "c"]])
def test_the_last_words_may_be_several(more, project, monkeypatch):
    got = []

    def main(target: Path, *more: str, seed: int) -> None:
        got.append((target, more))

    run(monkeypatch, main, "a", *more)
    assert got == [(Path("a"), tuple(more))]
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, main, "a")
    assert caught.value.code == 2


def test_a_section_among_the_paths_comes_by_its_address(project, content, monkeypatch):
    got = []

    def main(settings: Model, target: Path, *, seed: int) -> None:
        got.extend([settings, target, seed])

    run(monkeypatch, main, "params.yaml:models.cvae", "a")
    assert isinstance(got[0], Model)
    assert got[0].model_dump(exclude_unset=True) == without_own(content)["models"]["cvae"]
    assert got[1:] == [Path("a"), content["seed"]]


def test_a_section_may_be_all_of_another_file(project, monkeypatch):
    got = []

    def main(settings: Manifold) -> None:
        got.append(settings)

    (project / "mine.yaml").write_text("n: 3\npage_n: 2\n")
    run(monkeypatch, main, "mine.yaml")
    assert got == [Manifold(n=3, page_n=2)]


@pytest.mark.parametrize("given, maps", [(["a"], None), (["a", "b"], Path("b"))])
def test_an_optional_path_is_a_path_or_none(given, maps, project, monkeypatch):
    got = []

    def main(source: Path, maps: Path | None = None, *, seed: int) -> None:
        got.append((source, maps))

    run(monkeypatch, main, *given)
    assert got == [(Path("a"), maps)]


def test_params_are_all_the_parameters(project, content, monkeypatch):
    got = []

    def main(*, params: Params) -> None:
        got.append(params)

    run(monkeypatch, main)
    assert got[0].model_dump(exclude_unset=True) == without_own(content)


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


@pytest.mark.parametrize(
    "address, told",
    [
        ("mine.yaml", "1 mistake(s) in mine.yaml:\n  page_n: missing"),
        ("mine.yaml:a.b", "mine.yaml has no key a.b"),
        ("none.yaml", "[Errno 2] No such file or directory: 'none.yaml'"),
    ],
)
def test_a_wrong_address_exits_2_before_any_work(address, told, project, capsys, monkeypatch):
    def main(settings: Manifold) -> None:
        never()

    (project / "mine.yaml").write_text("n: 3\n")
    assert status(monkeypatch, main, address) == 2
    assert capsys.readouterr().err == f"python -m {__name__}: {told}\n"


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
    assert files(project).keys() == {"params.yaml"}
    assert re.fullmatch(
        r"python -m stages.check: 2 mistake\(s\) in params.yaml:\n"
        r"  models.vae.objective.beta is -1: .*\n  manifold.n is 1: .*\n",
        done.stderr,
    )


def old_outputs(folder):
    """What an earlier run left."""
    (folder / "dataset").mkdir()
    for output in ("dataset/train.npz", "dataset/test.npz", "vae.safetensors", "vae.csv"):
        (folder / output).write_bytes(b"old")


def test_a_script_tells_bad_input_in_one_line(project, content, environment):
    content["dataset"]["name"] = "folder"
    write_params(project, content)
    old_outputs(project)
    before = files(project)
    command = [sys.executable, "-m", "stages.download", "archives", "mine", "dataset"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, files(project)) == (1, before)
    assert re.fullmatch("python -m stages.download: mine is no folder.*\n", done.stderr)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told")
def test_freed_memory_is_used_again():
    """Writing to fresh pages faults once each; to the same pages never again."""
    code = """if True:
        import ctypes, resource, sys
        import numpy as np
        from pipeline.run import keep_freed_memory
        ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: a huge page faults once
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
        ["stages.download", "archives", "folder", "dataset"],
        [
            "stages.train",
            "params.yaml:models.vae",
            *("few.npz", "few.json", "states", "vae.safetensors", "vae.csv"),
        ],
    ],
    ids=["download", "train"],
)
def test_a_full_disk_exits_1_and_leaves_the_old_output(
    arguments, project, content, environment, root
):
    content["dataset"]["name"] = "digits"
    content["models"]["vae"] |= {"hidden": [64], "epochs": 1}
    write_params(project, content)
    images, labels = np.zeros((40, 8, 8), np.uint8), np.arange(40) % 10
    LabelledImages(images, labels).save(project / "few.npz")
    Classes("few", tuple("0123456789")).save(project / "few.json")
    old_outputs(project)
    for folder in ("pipeline", "stages", "vae"):
        (project / folder).symlink_to(root / folder)
    (project / "limited.py").write_text(LIMITED)
    before = files(project)
    command, env = ["python", "-m", "limited", *arguments], environment | {"PATH": forked_path()}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert (done.returncode, files(project)) == (1, before)
    assert re.fullmatch(f"python -m {arguments[0]}: .*File too large.*\n", done.stderr)
