"""What a killed run leaves behind: mended by `pipeline.recover`, with nothing computed again."""

import json
import random
import re
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from dvc.exceptions import DvcException
from ruamel.yaml import YAML

from pipeline.recover import is_whole, mend
from tests.project import ROOT, call, cloned, status

LOCK = (ROOT / "dvc.lock").read_bytes()
PLACES = [0, 10, 14, 100, 4096, len(LOCK)]
PLACES += random.Random(0).sample(range(len(LOCK)), 4)


@pytest.mark.parametrize("size", PLACES)
def test_what_counts_as_whole_dvc_can_read(size, empty):
    (empty / "dvc.lock").write_bytes(LOCK[:size])
    with nullcontext() if is_whole(LOCK[:size]) else pytest.raises(DvcException):
        status(empty)


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A DVC repository with one stage."""
    folder = tmp_path_factory.mktemp("empty")
    call("git init -q && dvc init -q", folder)
    call("git config user.email t@example.org && git config user.name t", folder)
    (folder / "dvc.yaml").write_text("stages: {check: {cmd: 'true'}}")
    (folder / ".dvc/tmp").mkdir(exist_ok=True)
    call("git add -A && git commit -qm start", folder)
    return folder


@pytest.fixture
def clone(empty, tmp_path):
    """A copy of it, to be harmed."""
    return Path(shutil.copytree(empty, tmp_path / "clone"))


def test_the_whole_lock_is_whole_and_an_empty_one_is_not():
    assert is_whole(LOCK)
    assert not is_whole(b"")
    assert not is_whole(b"\xff\xfe")
    assert not is_whole(b"schema: '2.0'\nstages: []")


@pytest.mark.parametrize("size", [0, 4096])  # the last of which DVC reads, and forgets
def test_a_cut_lock_costs_no_stage_that_had_ended(repository, tmp_path, size):
    """Some stages ended after the last commit; their results are in the run cache alone."""
    clone = cloned(repository, tmp_path)
    whole = (clone / "dvc.lock").read_bytes()
    stages = YAML(typ="safe").load(whole)["stages"]
    ended = sorted(stages)[: len(stages) // 2]
    early = {"schema": "2.0", "stages": {name: stages[name] for name in ended}}
    YAML(typ="safe").dump(early, clone / "dvc.lock")
    call("git add -A && git commit -qm early", clone)
    (clone / "dvc.lock").write_bytes(whole[:size])

    said = call("python -m pipeline.recover", clone).stdout
    told = "dvc.lock was cut short by an interrupted run: put back as Git has it\n"
    assert said == ("" if is_whole(whole[:size]) else told)
    ran = re.findall(r"Running stage '(.*)'", call("dvc repro", clone).stdout)
    assert ran in ([], ["report"])  # whose output is in Git alone
    assert YAML(typ="safe").load((clone / "dvc.lock").read_bytes())["stages"] == stages


def test_a_lock_that_git_does_not_have_is_removed(clone):
    (clone / "dvc.lock").write_text("schema: '2.")
    assert list(mend(clone)) == ["dvc.lock was left by an interrupted run: removed"]
    assert not (clone / "dvc.lock").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"write": {"a'])
def test_an_unreadable_rwlock_is_removed(clone, content):
    file = clone / ".dvc/tmp/rwlock"
    file.write_text(content)
    assert list(mend(clone)) == [".dvc/tmp/rwlock was left by an interrupted run: removed"]
    assert not file.exists()
    call("dvc status", clone)


def test_an_index_lock_is_removed(clone):
    (clone / ".git/index.lock").touch()
    assert list(mend(clone)) == [".git/index.lock was left by an interrupted run: removed"]
    call("git add -A", clone)


def test_what_is_whole_is_left_alone(clone):
    (clone / ".dvc/tmp/rwlock").write_text(json.dumps({"write": {}, "read": {}}))
    before = {file: file.stat().st_mtime_ns for file in clone.glob("*")}
    assert list(mend(clone)) == []
    assert before == {file: file.stat().st_mtime_ns for file in clone.glob("*")}


def test_nothing_is_touched_while_another_is_at_work(clone, tmp_path):
    (clone / ".dvc/tmp/rwlock").write_text("{")
    program = tmp_path / "dvc"
    program.write_text("print('ready', flush=True); input()")
    with subprocess.Popen(
        [sys.executable, program], cwd=clone, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"ready\n"
        said = list(mend(clone))
        other.communicate(b"\n")
    assert said == [f"dvc (process {other.pid}) at work here: nothing is mended"]
    assert (clone / ".dvc/tmp/rwlock").read_text() == "{"
