"""Measure sweeps on this machine: `make bench` writes benchmarks/sweeps.md.

Short settings on one worker and on two, then very many settings on very many workers, in which a
commit stands for the training: what the scheduler, Git and DVC make of so many.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster
from ruamel.yaml import YAML

from benchmarks.bench import machine, table
from benchmarks.pipeline import REPOSITORY
from pipeline.files import atomic_write
from sweeps import worker
from sweeps.cluster import run_all
from sweeps.worker import Clone, Job

RESULTS = Path(__file__).with_name("sweeps.md")
BETA = "models.vae.objective.beta"
SHORT = {"dataset.name": "digits", "models.vae.epochs": 3}
SHOW_LIMIT = 200
"""Seconds for which `dvc exp show` is waited for."""


class Stub(Clone):
    """A worker's clone in which an experiment is a commit of its parameters, and no training."""

    def _make(self) -> None:
        self.remove()
        self._call("git", "clone", "-q", "--shared", "--no-checkout", self.job.origin, self.folder)
        self.server = subprocess.Popen(["sleep", "0"], stdin=subprocess.PIPE, text=True)

    def _run(self, name: str, setting: Mapping[str, Any]) -> str:
        numbers = json.dumps({"vae": {"elbo": -100 - setting[BETA]}})
        stream = (
            f"commit {self.job.reference(name)}\ncommitter s <s@e> 0 +0000\ndata 0\n"
            f"from {self.job.base}\nM 644 inline reports/metrics/vae.json\n"
            f"data {len(numbers)}\n{numbers}\n"
        )
        self._call("git", "-C", self.folder, "fast-import", "--quiet", given=stream)
        return ""

    @staticmethod
    def _call(*words: str | Path, given: str = "") -> None:
        subprocess.run(words, input=given, text=True, check=True)


def main() -> None:
    """Measure, print as it goes, and write sweeps.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweeps", description=__doc__)
    parser.add_argument("--settings", type=int, default=40, help="short ones, that are trained")
    parser.add_argument("--many", type=int, default=10_000, help="settings that are not")
    parser.add_argument("--workers", type=int, default=200, help="stand-ins that run these")
    options = parser.parse_args()
    busy = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        trained = short(Path(folder), options.settings)
    counts = [options.many // 100, options.many // 10, options.many]
    with tempfile.TemporaryDirectory() as folder:
        stubs = many(Path(folder), counts, options.workers)
    parts = [
        "# Sweeps",
        "Written by `make bench`. Times vary with whatever else the machine does; ratios are what "
        "to compare.",
        machine(busy),
        "## Short settings",
        f"{options.settings} values of β for `vae` on scikit-learn's digits, three epochs each, "
        "as `make sweep` runs them in a clone of the last commit, from its start to its report. "
        "Again, on a new commit: then every stage's result comes from the run cache, and what is "
        "left is the overhead of a setting. Efficiency is the time of one worker over that of all, "
        "divided by their number.",
        table(
            ["workers", "all, s", "a setting, s", "efficiency", "overhead, s a setting"], trained
        ),
        "## Many settings",
        f"{options.workers} workers in one process, on which a commit stands for the training: "
        "each asks the origin, makes the commit, and hands it in. `dvc exp show` is given up "
        f"after {SHOW_LIMIT} s.",
        table(
            ["settings", "all, s", "a second", "list the origin's, s", "`dvc exp show`, s"], stubs
        ),
    ]
    with atomic_write(RESULTS) as file:
        file.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"written: {RESULTS.name}")


def short(folder: Path, settings: int) -> list[list[str]]:
    """A row for each number of workers."""
    rows: list[list[str]] = []
    alone = 0.0
    for workers in (1, 2):
        clone = folder / f"clone{workers}"
        _run("git", "clone", "--quiet", str(REPOSITORY), str(clone))
        (clone / ".venv").symlink_to(sys.prefix)
        values = [round(0.5 + i / settings, 4) for i in range(settings)]
        fixed = {key: [value] for key, value in SHORT.items()}
        content = {"name": "bench", "grid": {BETA: values, **fixed}, "targets": ["evaluate@vae"]}
        YAML(typ="safe").dump(content, clone / "sweeps/bench.yaml")
        trained = _swept(clone, workers)
        identity = ("-c", "user.name=b", "-c", "user.email=b@example.org")
        (clone / "CITATION.cff").write_text("another commit\n", encoding="utf-8")
        _run("git", *identity, "commit", "--quiet", "-am", "again", cwd=clone)
        cached = _swept(clone, workers)
        alone = alone or trained
        each = f"{trained / settings:.1f}"
        efficiency = f"{alone / trained / workers:.0%}"
        overhead = f"{cached * workers / settings:.1f}"
        rows.append([str(workers), f"{trained:.0f}", each, efficiency, overhead])
        print(*rows[-1], flush=True)
    return rows


def many(folder: Path, counts: list[int], workers: int) -> list[list[str]]:
    """A row for each number of settings, which come one upon the other in one origin."""
    origin, show = folder / "origin", folder / "show"
    _run("git", "clone", "--quiet", str(REPOSITORY), str(origin))
    base = _run("git", "rev-parse", "HEAD", cwd=origin).strip()
    job = Job(str(origin), base, (), str(folder / "cache"), "", ("s", "s@example.org"))
    worker.Clone = Stub  # type: ignore[misc]
    rows, there, shown = [], 0, ""
    with (
        LocalCluster(workers, processes=False, threads_per_worker=1, dashboard_address=None) as c,
        Client(c) as client,
    ):
        for count in counts:
            settings = {f"sweep-{i:012x}": {BETA: i / 1000} for i in range(there, count)}
            begun = time.perf_counter()
            failed = run_all(client, job, settings, "many")
            seconds = time.perf_counter() - begun
            if failed:
                sys.exit(next(iter(failed.values())))
            listing = time.perf_counter()
            listed = _run("git", "ls-remote", str(origin), "refs/exps/*").count("\n")
            listing = time.perf_counter() - listing
            assert listed == count, listed
            shown = shown if shown.startswith(">") else _shown(origin, show)
            rate = (count - there) / seconds
            rows.append([f"{count:,}", f"{seconds:.0f}", f"{rate:.0f}", f"{listing:.2f}", shown])
            print(*rows[-1], flush=True)
            there = count
    return rows


def _swept(clone: Path, workers: int) -> float:
    """Seconds of a sweep, with what it says if it fails."""
    command = [sys.executable, "-m", "sweeps", "sweeps/bench.yaml"]
    begun = time.perf_counter()
    _run(
        *command,
        *("pages/sweep", "pages/shared.css", "reports"),
        cwd=clone,
        env=os.environ | {"WORKERS": str(workers)},
    )
    return time.perf_counter() - begun


def _shown(origin: Path, folder: Path) -> str:
    """Seconds of `dvc exp show`, or that there was no end."""
    environment = os.environ | {"DVC_SITE_CACHE_DIR": str(folder)}
    begun = time.perf_counter()
    try:
        _run(
            *(sys.executable, "-m", "dvc", "exp", "show", "--csv"),
            cwd=origin,
            env=environment,
            timeout=SHOW_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return f"> {SHOW_LIMIT}"
    return f"{time.perf_counter() - begun:.0f}"


def _run(*words: str, **more: Any) -> str:
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return done.stdout


if __name__ == "__main__":
    main()
