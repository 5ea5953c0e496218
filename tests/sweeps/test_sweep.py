"""A sweep on workers that are processes of their own, over TCP, and what may happen to them."""

import json
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
    at_work,
    ended,
    project,
    references,
    scheduler,
    sweep,
    wait_for,
    worker,
    write,
)

BETA, RATE = "models.vae.objective.beta", "training.learning_rate"
LONG = {"models.vae.epochs": 60}
"""Enough for a worker to be killed in the midst of it."""
TARGETS = ["evaluate@vae"]


def resized(folder, size, *options):
    subprocess.run(["mount", *options, "-o", f"size={size}", "small", folder], check=True)


@pytest.fixture(scope="module")
def story(repository, tmp_path_factory):
    """A sweep whose workers and origin are disturbed, and what was seen of it.

    One worker is killed while it trains, the other's disk is full until then, and the origin is
    away for a while. Of three settings one diverges.
    """
    folder = tmp_path_factory.mktemp("sweep").resolve()
    mine, origin = project(repository, folder)
    cache = shutil.copytree(repository / ".dvc/cache", folder / "cache")
    settings = [{BETA: 0.5, **LONG}, {BETA: 2, **LONG}, {RATE: 1e30, **LONG}]
    file = write(mine, "disturbed", targets=TARGETS, settings=settings)
    first, second = folder / "first", folder / "second"
    first.mkdir()
    second.mkdir()
    with ExitStack() as stack:
        process, address = stack.enter_context(scheduler(folder))
        told = {"SCHEDULER": address, "ORIGIN": str(origin), "PATIENCE": "30"}
        if own_disk := may_mount():
            resized(second, "4k", "-t", "tmpfs")
            stack.callback(subprocess.run, ["umount", "-l", second], check=True)
        victim = stack.enter_context(worker(address, first))
        stack.enter_context(worker(address, second))
        running = sweep(mine, file, CACHE=str(cache), **told)
        wait_for(lambda: at_work(first, "stages.train"), running)
        victim.kill()
        wait_for(lambda: not at_work(first), seconds=10)
        origin.rename(folder / "away")
        if own_disk:
            resized(second, "1g", "-o", "remount")
        time.sleep(2)
        (folder / "away").rename(origin)
        said, wrong = ended(running, 1)
        yield SimpleNamespace(
            **{"mine": mine, "origin": origin, "scheduler": process, "told": told, "file": file},
            **{"said": said, "wrong": wrong, "done": references(origin), "second": second},
        )


def test_what_can_be_done_is_done_and_what_diverges_is_told_in_a_line(story):
    assert len(story.done) == 2
    assert story.wrong.count("\n") == 1
    assert f"failed: {RATE} 1e+30" in story.wrong
    assert "training diverged" in story.wrong
    assert "disturbed: 2 of 3 settings have results" in story.said


def test_experiments_arrive_where_dvc_and_the_comparison_see_them(story):
    a, b = sorted(story.done)
    shown = call("dvc exp show --csv --only-changed", story.mine).stdout
    assert a in shown
    assert b in shown
    command = "python -m pages.compare pages/compare pages/shared.css reports page.html --"
    call(f'{command} "{a} {b}"', story.mine)
    page = (story.mine / "page.html").read_text(encoding="utf-8")
    assert f"<code>{BETA}</code>" in page


def test_the_report_holds_the_numbers_of_the_experiments(story):
    report = (story.mine / "reports/sweeps/disturbed.md").read_text(encoding="utf-8")
    for name, commit in story.done.items():
        content = call(f"git show {commit}:reports/metrics/vae.json", story.origin).stdout
        elbo = json.loads(content)["vae"]["elbo"]
        (row,) = [line for line in report.splitlines() if name in line and line.startswith("| ")]
        assert f"| {elbo:.2f} |".replace("-", "−") in row
    assert f"- {RATE} 1e+30" in report


def test_a_changed_grid_runs_what_is_new_alone_and_a_remote_serves_as_well_as_a_path(
    story, tmp_path
):
    remote = tmp_path / "remote"
    settings = [{BETA: 2, **LONG}, {BETA: 3}, {BETA: 0.5, **LONG}]
    file = write(story.mine, "changed", targets=TARGETS, settings=settings)
    said, _ = ended(sweep(story.mine, file, REMOTE=str(remote), **story.told), 0)
    assert "changed: 1 settings to run; 2 are done." in said
    now = references(story.origin)
    assert story.done.items() < now.items()
    (new,) = now.keys() - story.done
    clone = tmp_path / "clone"
    call(f"git clone -q {shlex.quote(str(story.mine))} clone", tmp_path)
    call(f"git fetch -q {shlex.quote(str(story.origin))} {now[new]}", clone)
    call("git checkout -q FETCH_HEAD", clone)
    call(
        f"dvc remote add -d sweep {shlex.quote(str(remote))} && dvc pull -q evaluate@vae -d", clone
    )
    assert (clone / "data/models/vae.safetensors").is_file()


def test_a_sweep_goes_on_after_the_scheduler_was_killed_even_as_two_at_once(story, tmp_path):
    cache = str(tmp_path / "cache")
    shutil.copytree(story.mine.parent / "cache", cache)
    settings = [{BETA: beta, **LONG} for beta in (5, 6)]
    file = write(story.mine, "again", targets=["train@vae"], settings=settings)
    before = references(story.origin)
    running = sweep(story.mine, file, CACHE=cache, **story.told)
    wait_for(lambda: at_work(story.second, "stages.train"), running)
    story.scheduler.kill()
    _, wrong = ended(running, 1)
    assert "the scheduler is gone; what is done is kept: run this again" in wrong
    here = story.told | {"SCHEDULER": "", "WORKERS": "1", "CACHE": cache}
    both = [sweep(story.mine, file, **here) for _ in range(2)]
    for process in both:
        ended(process, 0)
    assert len(references(story.origin).keys() - before) == 2
