"""Disturb the pipeline at random and see whether `make` brings it to its end: `make chaos`.

Each trial runs `make` on scikit-learn's digits in a copy of the project, disturbs it several times,
and lets a last `make` run to its end. The trial is survived if that ends well and every output has
the bytes of a run that nobody disturbed. Nothing is cleaned by hand in between.
"""

import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psutil

from tests.project import ROOT, built

LONGEST = 40.0
"""Seconds into a run until which it is disturbed."""


@dataclass
class Trial:
    """A copy of the project, how it is disturbed, and what was done to it."""

    folder: Path
    rng: random.Random
    done: list[str] = field(default_factory=list)

    def make(self) -> subprocess.Popen:
        """Start `make` in a process group of its own."""
        with (self.folder / "make.log").open("ab") as log:
            return subprocess.Popen(
                ["make", "-o", ".venv/bin/ready"],  # which is the project's own
                cwd=self.folder,
                env=environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
                # a shell's background jobs are deaf to it
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
            )

    def pick(self, pattern: str) -> Path | None:
        """A random file, if there is any."""
        files = sorted(file for file in self.folder.glob(pattern) if file.is_file())
        return self.rng.choice(files) if files else None


def environment() -> dict[str, str]:
    """For `make`: this environment's programs, no network, no CI."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") and k != "CI"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    return env | {"PATH": path, "DATASET_MIRROR": "/nowhere"}


def kill(trial: Trial) -> None:
    """A signal to the whole group, to DVC alone, or to the stage that runs, at a random moment."""
    process = trial.make()
    time.sleep(trial.rng.uniform(0, LONGEST))
    number = trial.rng.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    whom = trial.rng.choice(["the group", "the group", "dvc", "the stage"])
    with suppress(psutil.Error, ProcessLookupError):  # it may have ended by itself
        if whom == "the group":
            os.killpg(process.pid, number)
        for child in psutil.Process(process.pid).children(recursive=True):
            words = [Path(word).name for word in child.cmdline()[:3]]
            if (whom == "dvc" and "dvc" in words) or (whom == "the stage" and "-m" in words):
                child.send_signal(number)
    if whom == "dvc":  # the stage that it leaves behind works on beside the next run
        process.wait(60)
    else:
        end(process)
    trial.done.append(f"{signal.Signals(number).name} to {whom}")


def end(process: subprocess.Popen) -> None:
    """Wait for a run that was told to end, and make sure that it did."""
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def cut_lock(trial: Trial) -> None:
    """What a kill leaves while DVC writes its lock: it is emptied, then written piece by piece."""
    kill(trial)
    name = trial.rng.choice(["dvc.lock", "dvc.lock", ".dvc/tmp/rwlock"])
    file = trial.folder / name
    if file.is_file():
        size = trial.rng.choice([0, trial.rng.randrange(file.stat().st_size + 1)])
        os.truncate(file, size)
        trial.done.append(f"{name} cut to {size} bytes")


def damage(trial: Trial) -> None:
    """An output is emptied, cut, altered or removed."""
    run_to_end(trial)
    file = trial.pick(trial.rng.choice(["data/*/*.*", "data/decoded/*/*", "reports/**/*.*"]))
    if file is None:
        return
    how = trial.rng.choice(["emptied", "cut", "altered", "removed"])
    content = file.read_bytes()
    file.unlink()  # it may be a link into the cache
    if how != "removed":
        place = trial.rng.randrange(max(1, len(content)))
        altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        file.write_bytes({"emptied": b"", "cut": content[:place], "altered": altered}[how])
    trial.done.append(f"{file.relative_to(trial.folder)} {how}")


def leave_locks(trial: Trial) -> None:
    """An index.lock of a Git that is gone."""
    kill(trial)
    (trial.folder / ".git/index.lock").touch()
    trial.done.append(".git/index.lock left behind")


def two_at_once(trial: Trial) -> None:
    """Two runs in one folder; one of them may refuse, neither may harm."""
    runs = [trial.make(), trial.make()]
    for process in runs:
        process.wait(600)
    trial.done.append("two at once")


def run_to_end(trial: Trial) -> int:
    """The exit status of an undisturbed `make`."""
    return trial.make().wait(900)


DISTURBANCES = (kill, kill, kill, cut_lock, cut_lock, damage, leave_locks, two_at_once)


def outputs(folder: Path) -> dict[str, str]:
    """Checksums of everything that the pipeline wrote."""
    files = [*folder.glob("reports/**/*"), *folder.glob("data/**/*")]
    kept = (file for file in files if file.is_file() and "states" not in file.parts)
    return {
        file.relative_to(folder).as_posix(): hashlib.md5(file.read_bytes()).hexdigest()
        for file in kept
    }


def fresh_copy(project: Path, folder: Path) -> Path:
    """The project as its first commit has it, without results, cache or lock."""
    subprocess.run(["git", "clone", "-q", project, folder], check=True)
    for command in ("checkout -q HEAD~1", "config user.email c@example.org", "config user.name c"):
        subprocess.run(["git", *command.split()], cwd=folder, check=True)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    return folder


def attempt(project: Path, wanted: dict[str, str], seed: int, disturbances: int) -> Trial | None:
    """A trial with this seed; it is returned if it was not survived."""
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    trial = Trial(fresh_copy(project, folder / "project"), random.Random(seed))
    for _ in range(disturbances):
        trial.rng.choice(DISTURBANCES)(trial)
    status = run_to_end(trial)
    found = outputs(trial.folder)
    COUNTS.update(step.rpartition(" to ")[0] or step.split()[-1] for step in trial.done)
    if status == 0 and found == wanted:
        shutil.rmtree(folder)
        return None
    differing = [name for name in wanted.keys() | found if wanted.get(name) != found.get(name)]
    trial.done.append(f"make ended with {status}; differing: {sorted(differing)[:5]}")
    return trial


COUNTS: Counter[str] = Counter()


def main() -> None:
    """Print tried and survived, each failure with its seed; exit with 1 if there was one."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--disturbances", type=int, default=5, help="in each trial")
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # the same bits whatever else is at work
    project = built(Path(tempfile.mkdtemp(prefix="chaos-")) / "project")
    wanted = outputs(project)
    start, tried, failed = time.monotonic(), 0, []
    while time.monotonic() - start < 60 * options.minutes:
        seed = options.seed + tried
        trial = attempt(project, wanted, seed, options.disturbances)
        tried += 1
        if trial:
            failed.append(trial)
            print(f"seed {seed} failed in {trial.folder}: " + "; ".join(trial.done), flush=True)
    disturbed = sum(COUNTS.values())
    print(f"{tried} trials, {disturbed} disturbances, {tried - len(failed)} trials survived")
    print(", ".join(f"{name}: {count}" for name, count in COUNTS.most_common()))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
