"""A copy of the project in which runs are disturbed, and what must be the same in the end."""

import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from shlex import quote

import psutil

from tests.project import call, environment

MAKE = ("make", "-o", ".venv/bin/ready")  # the environment is the project's own
STARTS = {"cold": 1, "from the run cache": 2, "done": 2}
"""Nothing computed, or only in DVC's cache, or only to be checked out; and how often each."""
LEFTOVER = re.compile(
    r"\.partial|/\.[\w-]{22}\.tmp$|^\.git/.*\.lock$|EXEC_(BASELINE|MERGE|BRANCH)$"
)
"""What only an unfinished run leaves."""


@dataclass
class Trial:
    """A copy of the project, how it is disturbed, and what was done to it: kinds and words."""

    folder: Path
    rng: random.Random
    own_disk: bool = False  # a small one, that may be filled
    done: list[tuple[str, str]] = field(default_factory=list)

    def start(self, *command: str, **more: str) -> subprocess.Popen:
        """Start a command in a process group of its own."""
        with (self.folder.parent / "log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment(self.folder) | self._own() | more,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # a shell's background jobs are deaf to it
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
            )

    def run(self, *command: str, **more: str) -> int:
        """The exit status of an undisturbed command."""
        return self.start(*command, **more).wait(900)

    def _own(self) -> dict[str, str]:
        """DVC's notes beside the copy."""
        return {
            "DVC_SITE_CACHE_DIR": str(self.folder.parent / "site"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def processes(self) -> list[psutil.Process]:
        """All that is at work in this copy."""
        found = psutil.process_iter(["cwd", "cmdline", "environ"])
        return [
            each for each in found if Path(each.info["cwd"] or os.sep).is_relative_to(self.folder)
        ]

    def end(self) -> None:
        """Whatever is still at work."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def pick(self, *patterns: str) -> Path | None:
        """A random file, if there is any."""
        files = {file for pattern in patterns for file in self.folder.glob(pattern)}
        return self.rng.choice(sorted(file for file in files if file.is_file()) or [None])


def copied(project: Path, folder: Path, start: str) -> Path:
    """The project as its first commit has it, or its last; with an edit that is not committed."""
    call(f"git clone -q {quote(str(project))} {folder.name}", folder.parent)
    call("git config user.email c@example.org && git config user.name c", folder)
    if start != "done":
        call("git reset -q --hard HEAD~1", folder)
    if start != "cold":
        shutil.copytree(project / ".dvc/cache", folder / ".dvc/cache")
    (folder / ".venv").symlink_to(sys.prefix)
    with (folder / "README.md").open("a") as readme:
        readme.write("Not committed yet.\n")
    return folder


def outcome(folder: Path) -> dict[str, str]:
    """Checksums of all that the pipeline wrote, and of what it must leave alone."""
    files = [folder / "README.md", *folder.glob("reports/**/*"), *folder.glob("data/**/*")]
    found = {
        file.relative_to(folder).as_posix(): hashlib.md5(file.read_bytes()).hexdigest()
        for file in files
        if file.is_file() and "states" not in file.parts
    }
    return found | {"HEAD": (folder / ".git/HEAD").read_text()}


def leftovers(folder: Path) -> list[str]:
    """What an unfinished run left behind."""
    roots = ("data", "reports", ".dvc", ".git")
    files = (
        path.relative_to(folder).as_posix() for root in roots for path in (folder / root).rglob("*")
    )
    return [name for name in files if LEFTOVER.search(name) or name.startswith(".dvc/tmp/exps/tmp")]


def may_mount() -> bool:
    """Whether small disks and read-only folders can be had: as root, where mounting is allowed."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"]).returncode == 0


@contextmanager
def disk(folder: Path) -> Iterator[bool]:
    """A disk of its own, in memory, if that can be had."""
    own = may_mount()
    if own:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4g", "chaos", folder], check=True)
    try:
        yield own
    finally:
        if own:
            subprocess.run(["umount", "-l", folder], check=True)
