"""What a killed run leaves behind: mended by `pipeline.recover`, with nothing computed again."""

import json
import os
import py_compile
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from dvc.exceptions import DvcException
from ruamel.yaml import YAML

from pipeline.locks import copy_of, keep_before_stage
from pipeline.recover import is_whole, mend
from tests.project import ROOT, call, cloned, environment, status

LOCK = (ROOT / "dvc.lock").read_bytes()
LINES = [place + 1 for place, byte in enumerate(LOCK) if byte == ord("\n")]
PLACES = [0, 10, 14, 4096, len(LOCK), LINES[0], LINES[3], LINES[4]]
PLACES += random.Random(0).sample(range(len(LOCK)), 2)


WRITE = "cp in out && touch started && while [ -e slow ]; do sleep 0.1; done"
LEFT = "left by an interrupted run, removed: "


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A DVC repository with one stage, which has run."""
    folder = tmp_path_factory.mktemp("small")
    call("git init -q -b main && dvc init -q", folder)
    call("git config user.email t@example.org && git config user.name t", folder)
    stage = {"cmd": WRITE, "deps": ["in"], "outs": ["out"]}
    YAML(typ="safe").dump({"stages": {"write": stage}}, folder / "dvc.yaml")
    (folder / "in").write_text("first\n")
    (folder / ".gitignore").write_text("/out\n/started\n/slow\n")
    call("dvc repro -q && git add -A && git commit -qm start", folder)
    return folder


@pytest.fixture
def clone(small, tmp_path):
    """A copy of it, to be harmed."""
    return Path(shutil.copytree(small, tmp_path / "clone"))


def git(clone, command):
    return call(f"git {command}", clone).stdout.strip()


@pytest.mark.parametrize("size", PLACES)
def test_whole_is_what_dvc_can_read_up_to_the_end_of_a_line(size, clone):
    (clone / "dvc.lock").write_bytes(LOCK[:size])
    try:
        status(clone)
    except DvcException:
        assert not is_whole(LOCK[:size])
    else:
        assert is_whole(LOCK[:size]) == LOCK[:size].endswith(b"\n")


def test_the_whole_lock_is_whole_and_an_empty_one_is_not():
    assert is_whole(LOCK)
    assert not is_whole(b"")
    assert not is_whole(b"\xff\xfe")
    assert not is_whole(b"\0" * 4096)
    assert not is_whole(b"schema: '2.0'\nstages: []")


def test_a_cut_lock_costs_no_stage_that_had_ended(repository, tmp_path):
    """Some stages ended after the last commit; their results are in the run cache alone."""
    clone = cloned(repository, tmp_path)
    whole = (clone / "dvc.lock").read_bytes()
    stages = YAML(typ="safe").load(whole)["stages"]
    ended = sorted(stages)[: len(stages) // 2]
    early = {"schema": "2.0", "stages": {name: stages[name] for name in ended}}
    YAML(typ="safe").dump(early, clone / "dvc.lock")
    call("git add -A && git commit -qm early", clone)
    (clone / "dvc.lock").write_bytes(b"")

    told = "dvc.lock was cut short by an interrupted run: put back as Git has it\n"
    assert call("python -m pipeline.recover", clone).stdout == told
    ran = re.findall(r"Running stage '(.*)'", call("dvc repro", clone).stdout)
    assert ran in ([], ["report"])  # whose output is in Git alone
    assert YAML(typ="safe").load((clone / "dvc.lock").read_bytes())["stages"] == stages


def test_a_lock_is_put_back_as_it_was_when_the_last_stage_began(clone, monkeypatch):
    lock = clone / "dvc.lock"
    lock.write_text("schema: '2.0'\nstages: {}\n")
    monkeypatch.chdir(clone)
    monkeypatch.setenv("DVC_STAGE", "write@x")
    keep_before_stage()
    lock.write_text("schema: '2.")
    words = "dvc.lock was cut short by an interrupted run: put back as it was when the last stage"
    assert list(mend(clone)) == [f"{words} began"]
    assert lock.read_text() == "schema: '2.0'\nstages: {}\n"


def test_a_stage_keeps_the_lock_of_its_own_pipeline(tmp_path, monkeypatch):
    (tmp_path / "claims/planes").mkdir(parents=True)
    (tmp_path / "claims/planes/dvc.lock").write_text("whole\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_STAGE", "claims/planes/dvc.yaml:train@x")
    keep_before_stage()
    copy = copy_of(tmp_path / "claims/planes/dvc.lock", tmp_path)
    assert copy.read_text() == "whole\n"


def test_a_lock_that_nobody_has_is_removed(clone):
    call("git rm -q --cached dvc.lock && git commit -qm without", clone)
    (clone / "dvc.lock").write_text("schema: '2.")
    assert list(mend(clone)) == ["dvc.lock was cut short by an interrupted run: removed"]
    assert not (clone / "dvc.lock").exists()


# the last names a process that there is: another has the number of one that was killed
BUSY = json.dumps({"write": {"out": {"pid": os.getpid(), "cmd": "dvc repro"}}})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"write": {"a', pytest.param(BUSY, id="busy")])
def test_an_rwlock_of_nobody_is_removed(clone, content):
    file = clone / ".dvc/tmp/rwlock"
    file.write_text(content)
    assert list(mend(clone)) == [f"{LEFT}.dvc/tmp/rwlock"]
    assert not file.exists()


@pytest.mark.parametrize("name", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
def test_a_lock_of_git_is_removed(clone, name):
    (clone / ".git" / name).touch()
    assert list(mend(clone)) == [f"{LEFT}.git/{name}"]
    call("git commit -q --allow-empty -m again", clone)


def test_half_written_files_are_removed_and_no_others(clone):
    token = "tmp_fname-gives_22_ofs"
    half = [".dvc/cache/files/md5/ab/.{}.tmp", "data/models/.{}.tmp", "data/.m.partial.npz"]
    own = ["data/m.partial.npz", "data/.notes.tmp"]
    files = [clone / name.format(token) for name in half + own]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    (clone / ".git/index.lock").touch()  # what tells that a run was killed
    list(mend(clone))
    assert [file.exists() for file in files] == [False, False, False, True, True]


@pytest.mark.parametrize("content", [b"", b"fir", b"First\n"])
def test_a_damaged_file_of_the_cache_is_not_handed_out(clone, content):
    """DVC alone takes it for whole, as it is read-only."""
    [file] = (clone / ".dvc/cache/files/md5").glob("*/*")
    file.chmod(0o644)
    file.write_bytes(content)
    file.chmod(0o444)
    (clone / "out").unlink()
    assert list(mend(clone)) == []
    call("dvc repro", clone)
    assert (clone / "out").read_text() == "first\n"
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("first\n", 0o444)


@pytest.mark.parametrize("share", [0, 0.5, 0.99, None])
def test_a_note_of_a_run_that_was_cut_short_or_is_gone_stops_no_run(clone, share):
    [note] = (clone / ".dvc/cache/runs").glob("*/*/*")
    content = note.read_bytes()
    note.unlink() if share is None else note.write_bytes(content[: int(share * len(content))])
    (clone / "dvc.lock").unlink()
    told = [] if share is None else [f"{note.relative_to(clone)} was cut short: removed"]
    assert list(mend(clone)) == told
    call("dvc repro", clone)
    assert note.is_file()


def test_bytecode_that_a_full_disk_cut_short_is_removed(clone):
    """Python writes as much of it as the disk holds, and stops at it ever after."""
    for name in ("cut", "whole"):
        (clone / f"{name}.py").write_text(f"print('{name} ran')\n")
        py_compile.compile(clone / f"{name}.py")
    git(clone, "add cut.py whole.py")
    cut, whole = (clone / cache_from_source(f"{name}.py") for name in ("cut", "whole"))
    cut.write_bytes(cut.read_bytes()[:-10])
    assert call("python -c 'import cut'", clone, check=False).returncode == 1
    assert list(mend(clone)) == [f"{cut.relative_to(clone)} was cut short: removed"]
    assert call("python -c 'import cut'", clone).stdout == "cut ran\n"
    assert whole.is_file()


def test_what_is_whole_is_left_alone(clone):
    (clone / ".dvc/tmp/rwlock").write_text(json.dumps({"write": {}, "read": {}}))
    before = {file: file.stat().st_mtime_ns for file in clone.glob("*")}
    assert list(mend(clone)) == []
    assert before == {file: file.stat().st_mtime_ns for file in clone.glob("*")}


@pytest.fixture
def at_work(clone, tmp_path):
    """Start a program of a name in the clone; it ends with the test."""
    started = []

    def start(name, **environment):
        program = tmp_path / name
        program.write_text("print('ready', flush=True); input()")
        process = subprocess.Popen(
            [sys.executable, program],
            cwd=clone,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout.readline() == b"ready\n"
        started.append(process)
        return process

    yield start
    for process in started:
        with process:
            process.kill()


def test_nothing_is_touched_while_another_is_at_work(clone, at_work):
    (clone / ".dvc/tmp/rwlock").write_text("{")
    dvc, stage = at_work("dvc"), at_work("stage", DVC_STAGE="write")
    assert list(mend(clone)) == [f"dvc (process {dvc.pid}) at work here: nothing is mended"]
    assert (clone / ".dvc/tmp/rwlock").read_text() == "{"
    assert stage.poll() is None


def test_a_stage_whose_dvc_is_gone_is_ended_and_no_other_program(clone, at_work):
    (clone / ".dvc/tmp/rwlock").write_text("{")
    stage, other = at_work("stage", DVC_STAGE="write"), at_work("other")
    told = f"write (process {stage.pid}) worked on for an interrupted run: ended"
    assert list(mend(clone)) == [told, f"{LEFT}.dvc/tmp/rwlock"]
    assert stage.poll() is not None
    assert other.poll() is None


def test_after_a_killed_experiment_head_is_on_its_branch_and_the_edit_is_there(clone):
    (clone / "slow").touch()
    (clone / "in").write_text("second\n")
    (clone / "started").unlink()
    with subprocess.Popen(
        ["dvc", "exp", "run"], cwd=clone, env=environment(clone), start_new_session=True
    ) as run:
        while not (clone / "started").exists():
            assert run.poll() is None
            time.sleep(0.1)
        os.killpg(run.pid, signal.SIGKILL)
    (clone / "slow").unlink()
    assert git(clone, "branch --show-current") == ""
    told = "HEAD was left detached by an interrupted experiment: back on refs/heads/main"
    assert told in list(mend(clone))
    assert git(clone, "branch --show-current") == "main"
    assert git(clone, "diff --name-only HEAD") == "in"
    assert (clone / "in").read_text() == "second\n"
    assert git(clone, "for-each-ref refs/exps").endswith("refs/exps/exec/EXEC_HEAD")
    assert list(mend(clone)) == []


@pytest.mark.parametrize("far", [True, False])
def test_changes_that_an_experiment_had_stashed_are_put_back(clone, far):
    """It was killed while it prepared itself; a stash of the user's own stays."""
    (clone / "in").write_text("own stash\n")
    git(clone, "stash")
    (clone / "in").write_text("edit\n")
    time.sleep(1.1)  # Git's times are whole seconds
    exps = clone / ".dvc/tmp/exps"
    exps.mkdir()
    (exps / "rwlock").write_text('{"write": {"workspace": {"pid": 1, "cmd": "dvc exp run"}}}')
    git(clone, "stash")
    if far:
        git(clone, "checkout -q --detach")
        (clone / ".git/index.lock").touch()
    list(mend(clone))
    assert (clone / "in").read_text() == "edit\n"
    assert git(clone, "branch --show-current") == "main"
    assert len(git(clone, "stash list").splitlines()) == 1
    git(clone, "checkout in")
    git(clone, "stash pop")
    assert (clone / "in").read_text() == "own stash\n"


def test_an_older_stash_is_not_touched(clone):
    (clone / "in").write_text("own stash\n")
    git(clone, "stash")
    time.sleep(1.1)
    exps = clone / ".dvc/tmp/exps"
    exps.mkdir()
    (exps / "rwlock").write_text('{"write": {"workspace": {"pid": 1, "cmd": "dvc exp run"}}}')
    assert list(mend(clone)) == [f"{LEFT}.dvc/tmp/exps/rwlock"]
    assert (clone / "in").read_text() == "first\n"
    assert len(git(clone, "stash list").splitlines()) == 1
