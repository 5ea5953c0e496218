"""What may happen to a run. Each does it and says in words what it did, or nothing if too late."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from tests.chaos.trial import MAKE, Trial

LONGEST = 15.0
"""Seconds into a run until which it is disturbed."""
STOP = Path(__file__).with_name("stop")
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
RECOVER = "python -m pipeline.recover"  # as the README asks for
EXPERIMENT = ("sh", "-c", f"{RECOVER}; dvc exp run -S dataset.name=digits")


def runs_dvc(process: psutil.Process) -> bool:
    return "dvc" in [Path(word).name for word in (process.info["cmdline"] or [])[:3]]


def is_stage(process: psutil.Process) -> bool:
    """A stage, or the program of which it is a fork."""
    words = " ".join(process.info["cmdline"] or [])
    return "DVC_STAGE" in (process.info["environ"] or {}) or "forkserver.py" in words


WHOM = {"all": lambda _: True, "DVC": runs_dvc, "the stage": is_stage}


def kill_make(trial: Trial) -> str | None:
    process = trial.start(*MAKE)
    return _killed(trial, process)


def kill_experiment(trial: Trial) -> str | None:
    return _killed(trial, trial.start(*EXPERIMENT))


def kill_queue(trial: Trial) -> str | None:
    trial.run(*RECOVER.split())
    for number in ("4", "5"):
        trial.run("dvc", "exp", "run", "--queue", "-S", f"manifold.n={number}")
    return _killed(trial, trial.start("dvc", "queue", "start", "-j", "2"))


def _killed(trial: Trial, process: subprocess.Popen) -> str | None:
    """A signal at a random moment to all, to DVC alone or to the stage alone."""
    time.sleep(LONGEST * trial.rng.random() ** 2)  # rather early: some runs are short
    number, whom = trial.rng.choice(SIGNALS), trial.rng.choice(sorted(WHOM))
    working = trial.processes()
    victims = [each for each in working if WHOM[whom](each)]
    if not victims:
        whom, victims = "all", working
    for victim in victims:
        with suppress(psutil.NoSuchProcess):
            victim.send_signal(number)
    _settle(trial, process)
    return f"{number.name} to {whom}" if victims else None


def _settle(trial: Trial, process: subprocess.Popen) -> None:
    """Wait until what was told to end has ended, but for a stage that was left to itself."""
    for patience in (10, 0):
        started = time.monotonic()
        while rest := [each for each in trial.processes() if not is_stage(each)]:
            if time.monotonic() - started > patience:
                break
            time.sleep(0.1)
        for each in rest:
            with suppress(psutil.NoSuchProcess):
                each.kill()
    process.wait(60)


def stop_while_locking(trial: Trial) -> str | None:
    """DVC ends in the midst of writing dvc.lock."""
    return _stopped(trial, "dvc.lock", MAKE)


def stop_while_noting(trial: Trial) -> str | None:
    """DVC ends in the midst of writing who reads and writes what."""
    return _stopped(trial, "rwlock", trial.rng.choice([MAKE, EXPERIMENT]))


def stop_while_preparing(trial: Trial) -> str | None:
    """DVC ends while HEAD is detached and the edit lies in a stash."""
    return _stopped(trial, "repro.dat", EXPERIMENT, writes=1)


def _stopped(trial: Trial, name: str, command: tuple[str, ...], writes: int = 4) -> str | None:
    told, write = trial.folder.parent / "told", trial.rng.randint(1, writes)
    told.unlink(missing_ok=True)
    share = trial.rng.choice([0.0, trial.rng.random()])
    trial.run(
        *command,
        PYTHONPATH=str(STOP),
        STOP_AT=name,
        STOP_WRITE=str(write),
        STOP_SHARE=str(share),
        STOP_TOLD=str(told),
    )
    return f"write {write} of {name} stopped at {share:.0%}" if told.exists() else None


def damage_output(trial: Trial) -> str | None:
    """An output is emptied, cut, altered or removed; data/folder is the user's."""
    return _damaged(trial, "data/[!f]*/**/*.*", "reports/**/*.*")


def damage_cache(trial: Trial) -> str | None:
    """The same for a file that DVC keeps."""
    return _damaged(trial, ".dvc/cache/files/md5/*/*", ".dvc/cache/runs/*/*/*")


def _damaged(trial: Trial, *patterns: str) -> str | None:
    file = trial.pick(*patterns)
    if file is None:
        return None
    how = trial.rng.choice(["emptied", "cut", "altered", "removed"])
    content, mode = file.read_bytes(), file.stat().st_mode
    place = trial.rng.randrange(max(1, len(content)))
    altered = content[:place] + bytes([byte ^ 1 for byte in content[place : place + 1]])
    new = {"emptied": b"", "cut": content[:place], "altered": altered + content[place + 1 :]}
    file.chmod(0o644)
    file.unlink() if how == "removed" else file.write_bytes(new[how])
    if file.exists():
        file.chmod(mode)
    return f"{file.relative_to(trial.folder)} {how}"


def leave_git_lock(trial: Trial) -> str:
    """What a Git that is gone leaves."""
    name = trial.rng.choice(["index.lock", "HEAD.lock", "refs/heads/main.lock"])
    (trial.folder / ".git" / name).touch()
    return f".git/{name} left"


def two_at_once(trial: Trial) -> str:
    """Two runs in one folder; one of them may refuse, neither may harm."""
    runs = [trial.start(*trial.rng.choice([MAKE, ("dvc", "repro")])) for _ in range(2)]
    for process in runs:
        process.wait(900)
    return "two runs at once"


def fill_disk(trial: Trial) -> str | None:
    """The disk is full after some kilobytes more; later there is room again.

    DVC either fails or, where its database cannot grow, tries again until there is.
    """
    if not trial.own_disk:
        return None
    left = round(2 ** trial.rng.uniform(4, 12))
    used = shutil.disk_usage(trial.folder.parent).used // 1024
    _resize(trial, f"{used + left}k")
    process = trial.start(*MAKE)
    with suppress(subprocess.TimeoutExpired):
        process.wait(60)
    _resize(trial, "4g")
    process.wait(900)
    return f"disk full after {left} kB"


def _resize(trial: Trial, size: str) -> None:
    place = trial.folder.parent
    subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)


def make_read_only(trial: Trial) -> str | None:
    """A folder cannot be written."""
    names = (".", ".git", ".dvc/cache", ".dvc/tmp", "data", "data/models", "reports/metrics")
    folders = [folder for name in names if (folder := trial.folder / name).is_dir()]
    folder = trial.rng.choice(folders)
    if os.geteuid():
        lock, unlock = [["chmod", "a-w", folder]], [["chmod", "u+w", folder]]
    elif trial.own_disk:  # nothing is forbidden to root, but on a disk that is read-only
        lock = [["mount", "--bind", folder, folder], ["mount", "-o", "remount,bind,ro", folder]]
        unlock = [["umount", "-l", folder]]
    else:
        return None
    for command in lock:
        subprocess.run(command, check=True)
    trial.run(*MAKE)
    for command in unlock:
        subprocess.run(command, check=True)
    return f"{folder.relative_to(trial.folder)} read-only"


KINDS: dict[str, tuple[int, Callable[[Trial], str | None]]] = {
    "`make` killed": (8, kill_make),
    "`dvc exp run` killed": (3, kill_experiment),
    "queue of two workers killed": (1, kill_queue),
    "stopped in writing `dvc.lock`": (4, stop_while_locking),
    "stopped in writing `rwlock`": (1, stop_while_noting),
    "stopped in preparing `dvc exp run`": (1, stop_while_preparing),
    "output damaged": (2, damage_output),
    "cache file damaged": (2, damage_cache),
    "lock of Git left": (1, leave_git_lock),
    "two runs at once": (1, two_at_once),
    "disk full": (1, fill_disk),
    "folder read-only": (1, make_read_only),
}
"""How often each is chosen, among all."""
KILLS = [kind for kind in KINDS if "killed" in kind or "stopped" in kind]
