"""How long one waits for the pipeline: at first, with nothing changed, for a changed picture.

Measured in a clone of the repository's last commit, where nothing has run yet.
"""

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

REPOSITORY = Path(__file__).parents[1]


@dataclass(frozen=True)
class Pass:
    """One `dvc repro`: its stages in the order they ran with the seconds of each, and of all."""

    stages: list[tuple[str, float]]
    total: float


@dataclass(frozen=True)
class Pipeline:
    """Four passes, one after the other, and the memory of the first one's largest process."""

    full: Pass
    unchanged: Pass
    manifold: Pass
    """With `manifold.n` changed, until the manifolds are drawn."""
    rest: Pass
    """Until all else that depends on `manifold.n` is made, too."""
    peak_mib: float
    same_lock: bool
    """Whether the first pass gave the bytes of the dvc.lock that is committed."""


def measure_pipeline() -> Pipeline:
    """Run all passes.

    Linux counts this process's own memory in each child's: call it before loading data here.
    """
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", REPOSITORY, clone], check=True)
        committed = (clone / "dvc.lock").read_bytes()
        (clone / "dvc.lock").unlink()
        environment = os.environ | {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "DVC_SITE_CACHE_DIR": str(Path(folder, "dvc")),
        }
        full = _repro(clone, environment)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        same = (clone / "dvc.lock").read_bytes() == committed
        unchanged = _repro(clone, environment)
        _widen_manifold(clone / "params.yaml")
        manifold = _repro(clone, environment, "manifold")
        rest = _repro(clone, environment)
        unit = 1 if sys.platform == "darwin" else 1024
        return Pipeline(full, unchanged, manifold, rest, peak * unit / 2**20, same)


def _repro(clone: Path, environment: Mapping[str, str], *targets: str) -> Pass:
    """Run `dvc repro` for `targets`, or for everything.

    A stage's time runs until the next is announced, so it holds DVC's hashing and caching.

    Exits with the pipeline's own words if it fails.
    """
    print("dvc repro", *targets)
    start = time.perf_counter()
    marks: list[tuple[str, float]] = []
    lines = []
    with subprocess.Popen(
        ["dvc", "repro", *targets],
        cwd=clone,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line)
            if stage := re.match(r"Running stage '(.+)'", line):
                marks.append((stage[1], time.perf_counter()))
                print(f"  {marks[-1][1] - start:7.1f} s: {stage[1]}", flush=True)
    end = time.perf_counter()
    if process.returncode:
        sys.exit("".join(lines) + "dvc repro failed; nothing is written")
    print(f"  {end - start:7.1f} s: done", flush=True)
    ends = [at for _, at in marks[1:]] + [end]
    stages = [(name, stop - at) for (name, at), stop in zip(marks, ends, strict=False)]
    return Pass(stages, end - start)


def _widen_manifold(params: Path) -> None:
    """Add one to `manifold.n`."""
    yaml = YAML()
    values = yaml.load(params)
    values["manifold"]["n"] += 1
    yaml.dump(values, params)
