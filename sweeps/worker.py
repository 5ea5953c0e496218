"""What a worker does: run one setting as an experiment of DVC in a clone of its own.

    clone     of the origin, where the worker keeps its files, anew after any trouble
    run       dvc exp run, with a cache that lies at a path which all share, or a remote of DVC's
    hand in   the experiment's reference is pushed to the origin, if none of that name came first

Trouble that may pass, such as an origin out of reach or a full disk, is waited for; what a stage
says of its own failure, such as a training that diverges, is the answer.

A worker may be killed at any moment. Its stages and its DVC are forks of `pipeline/forkserver.py`,
which ends when the pipe from the worker does, and they with it. Nothing is in the origin but whole
experiments, since Git writes a reference last and at once.

Workers need no module of the project: this one is sent to them and imports none of the others.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path
from typing import Any, TypeVar

from distributed import get_worker

T = TypeVar("T")

_STAGE = re.compile(r"^python -m (?:stages|claims|scores)\.\S+: .*", re.MULTILINE)
"""What a stage says when it fails."""
_PAUSE = 1 / 30
"""Between two tries at most, as a share of the patience."""


@dataclass(frozen=True)
class Job:
    """What all settings of a sweep share."""

    origin: str
    """A path or an address, as workers reach it."""
    base: str
    targets: tuple[str, ...]
    cache: str
    """Where the cache lies that all share; if empty, each has its own and there is a remote."""
    remote: str
    """The address of a remote of DVC's, or nothing."""
    author: tuple[str, str]
    """Name and mail address."""
    patience: float = 600.0
    """Seconds for which trouble is waited for."""

    def reference(self, name: str) -> str:
        """Of an experiment."""
        return f"refs/exps/{self.base[:2]}/{self.base[2:]}/{name}"


def work(job: Job, name: str, setting: Mapping[str, Any]) -> str:
    """Run a setting, unless the origin has it; why it failed, or nothing.

    Raises:
        OSError: trouble that did not pass while there was patience.
    """
    clone = Clone.of_this_thread(job)
    with _alone(job, name):
        if patiently(job, lambda: clone.handed_in(name)):
            return ""
        if failure := patiently(job, lambda: clone.run(name, setting)):
            return failure
        patiently(job, lambda: clone.hand_in(name))
    return ""


def patiently(job: Job, step: Callable[[], T]) -> T:
    """A step's result, tried again after longer and longer pauses while there is trouble."""
    longest = _PAUSE * job.patience
    end, pause = time.monotonic() + job.patience, min(1.0, longest)
    while True:
        try:
            return step()
        except OSError:
            if time.monotonic() + pause > end:
                raise
        time.sleep(pause)
        pause = min(2 * pause, longest)


@contextmanager
def _alone(job: Job, name: str) -> Iterator[None]:
    """Wait for who runs the same with the same cache; the system lets go of what the dead hold."""
    if not job.cache:
        yield  # whoever comes second hands in nothing
        return
    Path(job.cache).mkdir(parents=True, exist_ok=True)
    with Path(job.cache, "sweeps.lock").open("a") as file:
        byte = int(name.rpartition("-")[2], 16) % 2**62
        fcntl.lockf(file, fcntl.LOCK_EX, 1, byte)
        yield


class Clone:
    """A clone of the origin, and the process that starts its programs."""

    def __init__(self, job: Job, folder: Path) -> None:
        self.job, self.folder = job, folder
        self.server: subprocess.Popen[str] | None = None

    @classmethod
    def of_this_thread(cls, job: Job) -> "Clone":
        """The one that this thread of the worker used last, if it is of this job."""
        worker = get_worker()
        clones: dict[int, Clone] = vars(worker).setdefault("sweeps", {})
        thread = threading.get_ident()
        if thread not in clones or clones[thread].job != job:
            if thread in clones:
                clones[thread].remove()
            clones[thread] = cls(job, Path(worker.local_directory, f"clone-{thread}"))
        return clones[thread]

    def remove(self) -> None:
        """End its programs and remove it."""
        if self.server:
            self.server.stdin.close()  # type: ignore[union-attr]
            self.server.wait()
            self.server = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def handed_in(self, name: str) -> bool:
        """Whether the origin has that experiment."""
        listed = _call("git", "ls-remote", "--refs", self.job.origin, self.job.reference(name))
        return bool(listed.strip())

    def run(self, name: str, setting: Mapping[str, Any]) -> str:
        """Run a setting as an experiment; why a stage failed, or nothing."""
        try:
            if not self.server:
                self._make()
            return self._run(name, setting)
        except OSError:
            self.remove()
            raise

    def hand_in(self, name: str) -> None:
        """Give the origin the experiment and, before it, the remote what it refers to."""
        if self.job.remote:
            self._dvc("push", "--quiet", "--run-cache", "--with-deps", *self.job.targets)
        reference = self.job.reference(name)
        try:
            self._git("push", "--quiet", self.job.origin, f"{reference}:{reference}")
        except OSError:
            if not self.handed_in(name):
                raise

    def _make(self) -> None:
        job = self.job
        self.remove()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        _call("git", "clone", "--quiet", "--shared", "--no-checkout", job.origin, str(self.folder))
        for key, value in zip(("user.name", "user.email"), job.author, strict=True):
            self._git("config", key, value)
        self._git("checkout", "--quiet", "--force", "--detach", job.base)
        cache = f'dir = {job.cache}\n    type = "reflink,hardlink,copy"' if job.cache else ""
        remote = f"""[core]\n    remote = sweep\n['remote "sweep"']\n    url = {job.remote}"""
        config = f"[cache]\n    {cache}\n{remote if job.remote else ''}\n"
        (self.folder / ".dvc/config.local").write_text(config, encoding="utf-8")
        self.server = subprocess.Popen(
            [sys.executable, "-P", "pipeline/forkserver.py", "sh", "-c", "echo $PATH; read _"],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # its own, if it is ended in its imports
            text=True,
            env=self._environment(f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"),
        )
        self.path = self.server.stdout.readline().strip()  # type: ignore[union-attr]
        if not self.path:
            raise OSError(f"{self.folder}: pipeline/forkserver.py did not start")

    def _environment(self, path: str) -> dict[str, str]:
        site = str(self.folder / ".dvc/tmp/site")
        # the hash seed is the Makefile's
        return os.environ | {"PATH": path, "PYTHONHASHSEED": "0", "DVC_SITE_CACHE_DIR": site}

    def _run(self, name: str, setting: Mapping[str, Any]) -> str:
        self._git("checkout", "--quiet", "--force", "--detach", self.job.base)
        self._git("update-ref", "-d", self.job.reference(name))
        values = [f"--set-param={key}={json.dumps(value)}" for key, value in setting.items()]
        pull = ["--pull"] if self.job.remote else []
        try:
            self._dvc("exp", "run", "--name", name, *values, *pull, *self.job.targets)
        except OSError as error:
            said = _STAGE.findall(str(error))
            if not said or os.strerror(ENOSPC) in str(error):
                raise
            self._git("checkout", "--quiet", "--force", "--detach", self.job.base)
            return said[-1]
        return ""

    def _git(self, *words: str) -> None:
        _call("git", *words, cwd=self.folder)

    def _dvc(self, *words: str) -> None:
        environment = self._environment(self.path)
        _call("python", "-m", "dvc", *words, cwd=self.folder, env=environment)


def _call(*words: str, **more: Any) -> str:
    """What a program prints, or an OSError with all that it said."""
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", **more)
    if done.returncode:
        raise OSError(f"{' '.join(words[:3])}: {(done.stdout + done.stderr).strip()}")
    return done.stdout
