"""Run a sweep: `make sweep SWEEP=sweeps/beta.yaml`.

Where it runs is no part of the sweep, so the environment says it; sweeps/README.md explains all:
WORKERS, SCHEDULER, DASHBOARD, ORIGIN, CACHE, REMOTE, PATIENCE, METRIC.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from dvc.repo import Repo
from ruamel.yaml import YAML

from pipeline.loading import load
from sweeps import git
from sweeps.cluster import connected, run_all
from sweeps.experiment import Experiment, experiments, targets
from sweeps.report import write
from sweeps.schema import Sweep
from sweeps.worker import Job
from vae.files.errors import InputError


def main() -> None:
    """Run what is new of a sweep, then write its report.

    Exit status: 0; 1 if a setting failed or the run could not go on; 2 for a wrong file; 130 when
    interrupted.
    """
    parser = argparse.ArgumentParser(prog="python -m sweeps", description=__doc__.splitlines()[0])
    parser.add_argument("sweep", type=Path)
    parser.add_argument("page", type=Path, help="the folder of the report's page")
    parser.add_argument("shared_css", type=Path)
    parser.add_argument("reports", type=Path)
    options = parser.parse_args()
    try:
        sweep = load(options.sweep, Sweep)
        base = git.base()
        params = YAML(typ="safe").load(git.git("show", f"{base}:params.yaml"))
        asked = experiments(sweep, str(options.sweep), base, params)
    except (InputError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    try:
        failed = _run(sweep, base, targets(sweep, params), asked)
        folders = options.page, options.shared_css, options.reports
        pages = write(sweep, base, params, asked, *folders, metric=os.environ.get("METRIC", ""))
    except (InputError, OSError) as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    except KeyboardInterrupt:
        parser.exit(130, f"{parser.prog}: interrupted; what is done is kept: run it again\n")
    for experiment in asked:
        if experiment.name in failed:
            print(f"failed: {experiment.words}: {failed[experiment.name]}", file=sys.stderr)
    print(f"{sweep.name}: {len(asked) - len(failed)} of {len(asked)} settings have results.")
    print(f"The report lies in {' and '.join(map(str, pages))}.")
    sys.exit(1 if failed else 0)


def _run(sweep: Sweep, base: str, stages: Sequence[str], asked: list[Experiment]) -> dict[str, str]:
    """Run what the origin has not; why what failed did so."""
    told = os.environ.get
    here = str(Path.cwd())
    origin, remote = told("ORIGIN", here), told("REMOTE", "")
    if edited := git.uncommitted():
        print(f"not committed, so not seen by the sweep: {', '.join(edited)}", file=sys.stderr)
    if origin != here:
        git.require(origin, base)
    done = git.done(origin, base)
    todo = {each.name: each.setting for each in asked if each.name not in done}
    if not todo:
        return {}
    print(f"{sweep.name}: {len(todo)} settings to run; {len(asked) - len(todo)} are done.")
    job = Job(
        origin=origin,
        base=base,
        targets=tuple(stages),
        cache="" if remote else told("CACHE") or Repo().cache.local_cache_dir,
        remote=remote,
        author=git.author(),
        patience=float(told("PATIENCE", "600")),
    )
    with connected(
        told("SCHEDULER", ""), int(told("WORKERS", "0")), told("DASHBOARD", "")
    ) as client:
        try:
            return run_all(client, job, todo, sweep.name)
        finally:
            if origin != here:
                git.fetch(origin, base)
