"""What a worker does where others are at work, or something is out of reach."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from sweeps.worker import Clone, Job, _alone, patiently
from tests.project import ROOT

HOLD = """
import sys, time
from sweeps.worker import Job, _alone
with _alone(Job("", "", (), sys.argv[1], "", ("", "")), "sweep-a"):
    print("held", flush=True)
    time.sleep(600)
"""


def git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def job(tmp_path):
    """Of an origin that holds a commit and nothing else."""
    origin = tmp_path / "origin"
    git(tmp_path, "init", "-q", "origin")
    name = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    git(origin, *name, "commit", "-q", "--allow-empty", "-m", "base")
    base = git(origin, "rev-parse", "HEAD")
    return Job(str(origin), base, ("train",), str(tmp_path / "cache"), "", ("t", "t@e.org"), 6.0)


def made(job, folder, name, message):
    """A clone with an experiment, by another message each."""
    git(folder.parent, "clone", "-q", "--shared", job.origin, folder.name)
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    commit = git(folder, *identity, "commit-tree", tree, "-p", job.base, "-m", message)
    git(folder, "update-ref", job.reference(name), commit)
    return Clone(job, folder), commit


def test_of_two_that_hand_in_the_same_the_first_one_counts(job, tmp_path):
    one, commit = made(job, tmp_path / "one", "sweep-1", "first")
    two, _ = made(job, tmp_path / "two", "sweep-1", "second")
    assert not two.handed_in("sweep-1")
    one.hand_in("sweep-1")
    two.hand_in("sweep-1")
    assert git(job.origin, "rev-parse", job.reference("sweep-1")) == commit
    assert two.handed_in("sweep-1")


def test_an_origin_that_is_away_is_waited_for(job, tmp_path):
    clone, commit = made(job, tmp_path / "clone", "sweep-1", "late")
    away = tmp_path / "away"
    Path(job.origin).rename(away)
    back = threading.Timer(1, away.rename, (job.origin,))
    back.start()
    patiently(job, lambda: clone.hand_in("sweep-1"))
    back.join()
    assert git(job.origin, "rev-parse", job.reference("sweep-1")) == commit


def test_patience_has_an_end_and_the_trouble_is_told(job, tmp_path):
    clone, _ = made(job, tmp_path / "clone", "sweep-1", "never")
    Path(job.origin).rename(tmp_path / "away")
    short = Job(**{**vars(job), "patience": 0.5})
    begun = time.monotonic()
    with pytest.raises(OSError, match="git ls-remote --refs: "):
        patiently(short, lambda: clone.handed_in("sweep-1"))
    assert time.monotonic() - begun < 5


def test_who_runs_the_same_waits_until_the_other_is_done_or_dead(job):
    entered = threading.Event()
    command = [sys.executable, "-c", HOLD, job.cache]
    other = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "held\n"

    def enter():
        with _alone(job, "sweep-a"):
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    with _alone(job, "sweep-b"):
        assert not entered.wait(0.3)
    other.kill()
    assert entered.wait(60)
    thread.join()
    other.communicate()
