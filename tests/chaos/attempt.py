"""One trial from its seed: how it starts, what is done to it, and what comes out."""

import random
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.disturb import KINDS
from tests.chaos.trial import MAKE, STARTS, Trial, copied, disk, leftovers, outcome


@dataclass(frozen=True)
class Result:
    """How a trial began, what was done as kinds and words, and what was wrong in the end, if so."""

    seed: int
    start: str
    done: tuple[tuple[str, str], ...]
    wrong: str

    def __str__(self) -> str:
        steps = "; ".join(words for _, words in self.done)
        return f"seed {self.seed}, {self.start}: {steps}: {self.wrong or 'survived'}"


def attempt(project: Path, wanted: dict[str, str], seed: int) -> Result:
    """The trial of this seed."""
    rng = random.Random(seed)
    [start] = rng.choices(list(STARTS), list(STARTS.values()))
    with tempfile.TemporaryDirectory(prefix="chaos-") as place, disk(Path(place)) as own_disk:
        trial = Trial(copied(project, Path(place) / "project", start), rng, own_disk)
        try:
            at_random(trial)
            wrong = verdict(trial, wanted)
        except subprocess.TimeoutExpired as error:
            wrong = f"{error.cmd} hangs"
        trial.end()
        if wrong:
            kept = tempfile.mkdtemp(prefix=f"chaos-{seed}-")
            shutil.copytree(place, kept, symlinks=True, dirs_exist_ok=True)
            wrong += f" (kept in {kept})"
    return Result(seed, start, tuple(trial.done), wrong)


def at_random(trial: Trial) -> None:
    """Three to six disturbances."""
    weights = [weight for weight, _ in KINDS.values()]
    for kind in trial.rng.choices(list(KINDS), weights, k=trial.rng.randint(3, 6)):
        if words := KINDS[kind][1](trial):
            trial.done.append((kind, words))


def verdict(trial: Trial, wanted: dict[str, str]) -> str:
    """What is wrong after a last `make`; nothing if the trial is survived."""
    if status := trial.run(*MAKE):
        return f"make ended with {status}"
    found = outcome(trial.folder)
    names = wanted.keys() | found
    if differing := [name for name in sorted(names) if wanted.get(name) != found.get(name)]:
        return f"differing: {', '.join(differing[:5])}"
    left = leftovers(trial.folder) + [str(process) for process in trial.processes()]
    return f"left: {', '.join(left[:5])}" if left else ""


def undisturbed(project: Path) -> dict[str, str]:
    """What must come out."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as place:
        trial = Trial(copied(project, Path(place) / "project", "done"), random.Random())
        assert trial.run(*MAKE) == 0, (trial.folder.parent / "log").read_text()[-3000:]
        return outcome(trial.folder)
