"""A sweep on workers that are processes of their own, over TCP, and what may happen to them."""

import json
import re
import shlex
import shutil
import subprocess
import time
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from tests.chaos.trial import may_mount
from tests.project import call
from tests.sweeps.machines import (
    THERE,
    at_work,
    ended,
    project,
    references,
    scheduler,
    sweep,
    wait_for,
    whole,
    worker,
    write,
)

BETA, RATE = "models.vae.objective.beta", "training.learning_rate"
LONG = {"models.vae.epochs": 60}
"""Enough for a worker to be killed in the midst of it."""
HALF, TWICE, THRICE = ({BETA: beta, **LONG} for beta in (0.5, 2, 3))
ASTRAY = {RATE: 1e30}


def resized(folder, size, *options):
    subprocess.run(["mount", *options, "-o", f"size={size}", "small", folder], check=True)


@pytest.fixture(scope="module")
def story(repository, tmp_path_factory):
    """Three sweeps, what disturbed them, and what they said and left.

    First, with a cache that lies at a path: one worker is killed while it trains, another comes
    whose disk is full at first, and the origin is away for a while. One of two settings diverges.

    Then, with a remote, what is new of a changed grid, twice at once: the scheduler is killed when
    an experiment has arrived. At last the same goes on with a worker of this machine.
    """
    folder = tmp_path_factory.mktemp("sweep").resolve()
    mine, origin = project(repository, folder)
    first, second, remote = folder / "first", folder / "second", folder / "remote"
    shutil.copytree(repository / ".dvc/cache", folder / "cache")
    first.mkdir()
    second.mkdir()
    with ExitStack() as stack:
        boss, address = stack.enter_context(scheduler(folder))
        told = {"ORIGIN": str(origin), "PATIENCE": "60", "CACHE": str(folder / "cache")}
        there = told | {"SCHEDULER": address}
        write(mine, "first", settings=[HALF, ASTRAY], targets=["evaluate@vae"])
        running = sweep(mine, "first", THERE, **there)
        with worker(address, first) as victim:
            wait_for(lambda: at_work(first, "stages.train"), running)
            victim.kill()
        wait_for(lambda: not at_work(first), seconds=10)
        assert not references(origin)
        if own_disk := may_mount():
            resized(second, "64k", "-t", "tmpfs")
            stack.callback(subprocess.run, ["umount", "-l", second], check=True)
        other = stack.enter_context(worker(address, second))
        wait_for(lambda: "Registered to" in (folder / "second.log").read_text(), running)
        time.sleep(1)  # in which it finds the disk full, and then the origin away
        origin.rename(folder / "away")
        if own_disk:
            resized(second, "1g", "-o", "remount")
        time.sleep(2)
        (folder / "away").rename(origin)
        disturbed, one = ended(running, 2), whole(origin)

        write(mine, "then", settings=[HALF, TWICE, THRICE], targets=["evaluate@vae"])
        both = [sweep(mine, "then", THERE, REMOTE=str(remote), **there) for _ in range(2)]
        wait_for(lambda: len(references(origin)) >= 2, both[0])
        boss.kill()
        other.kill()  # or it would hand in what it is at
        headless, two = [ended(each, 2) for each in both], whole(origin)

        again, three = ended(sweep(mine, "then", WORKERS="1", **told), 0), whole(origin)
        yield SimpleNamespace(
            **{"mine": mine, "origin": origin, "remote": remote, "one": one, "two": two},
            **{"three": three, "disturbed": disturbed, "headless": headless, "again": again},
        )


def test_a_killed_worker_a_full_disk_and_an_absent_origin_lose_nothing(story):
    assert len(story.one) == 1
    assert "first: 1 of 2 settings have results" in story.disturbed.out


def test_what_diverges_is_told_in_a_line(story):
    told = rf"failed: {re.escape(RATE)} 1e\+30: python -m stages\.train: training diverged .*\n"
    assert re.fullmatch(rf"{told}make: \*\*\* .* Error 1\n", story.disturbed.err)


def test_a_changed_grid_runs_what_is_new_alone(story):
    assert all("then: 2 settings to run; 1 are done." in each.out for each in story.headless)
    assert story.one.items() < story.two.items() < story.three.items()


def test_a_sweep_whose_scheduler_is_killed_says_so_and_goes_on_when_run_again(story):
    said = "the scheduler is gone; what is done is kept: run this again"
    assert [said in each.err or each.err for each in story.headless] == [True, True]
    assert "then: 1 settings to run; 2 are done." in story.again.out


def test_nothing_comes_twice(story):
    assert len(story.two) == 2
    assert len(story.three) == 3


def test_a_remote_serves_as_well_as_a_path(story, tmp_path):
    (new,) = story.two.keys() - story.one.keys()
    call(f"git clone -q --shared {shlex.quote(str(story.origin))} clone", tmp_path)
    clone = tmp_path / "clone"
    call(f"git checkout -q {story.two[new]}", clone)
    call(
        f"dvc remote add -d sweep {shlex.quote(str(story.remote))} && dvc pull -q -d encode@vae",
        clone,
    )
    assert (clone / "data/models/vae.safetensors").is_file()


def test_experiments_arrive_where_dvc_and_the_comparison_see_them(story):
    shown = call("dvc exp show --csv --only-changed", story.mine).stdout
    assert all(name in shown for name in story.three)
    revisions = " ".join(story.three)
    command = "python -m pages.compare pages/compare pages/shared.css reports page.html --"
    call(f'{command} "{revisions}"', story.mine)
    page = (story.mine / "page.html").read_text(encoding="utf-8")
    assert f"<code>{BETA}</code>" in page


def test_the_report_holds_the_numbers_of_the_experiments(story):
    report = (story.mine / "reports/sweeps/then.md").read_text(encoding="utf-8")
    for name, commit in story.three.items():
        content = call(f"git show {commit}:reports/metrics/vae.json", story.origin).stdout
        elbo = json.loads(content)["vae"]["elbo"]
        (row,) = [line for line in report.splitlines() if name in line and line.startswith("| ")]
        assert f"| {elbo:.2f} |".replace("-", "−") in row
    first = (story.mine / "reports/sweeps/first.md").read_text(encoding="utf-8")
    assert f"Without results:\n\n- {RATE} 1e+30\n" in first
