"""Mend what a killed run left behind, so that the next one goes on: `make` asks here first.

DVC writes its lock files in place. A process that is killed in that moment leaves a file that no
DVC command can read any more:

    dvc.lock          is put back as Git has it, or removed; the results of stages that had ended
                      come back from DVC's run cache, which is written before the lock
    .dvc/tmp/rwlock   says who reads and writes what; it is removed, as nobody does
    .git/index.lock   is removed, likewise

Nothing is touched while a process of Git or DVC is at work in this folder.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.files import atomic_write

_AT_WORK = ("dvc", "git")


def main() -> None:
    """Mend the repository in the working directory, and say in a line what was mended."""
    for message in mend(Path.cwd()):
        print(message)


def mend(root: Path) -> Iterator[str]:
    """Mend a repository; a message for each thing that was mended."""
    broken = list(_broken(root))
    if not broken:
        return
    if others := at_work(root):
        yield f"{', '.join(others)} at work here: nothing is mended"
        return
    for file in broken:
        name = file.relative_to(root).as_posix()
        committed = _committed(root, name) if file.name == "dvc.lock" else None
        if committed is None:
            file.unlink()
            yield f"{name} was left by an interrupted run: removed"
        else:
            with atomic_write(file) as whole:
                whole.write_bytes(committed)
            yield f"{name} was cut short by an interrupted run: put back as Git has it"


def _broken(root: Path) -> Iterator[Path]:
    """Files that an interrupted run left behind and that would stop the next one."""
    for pipeline in [root / "dvc.yaml", *root.glob("*/**/dvc.yaml")]:
        lock = pipeline.with_name("dvc.lock")
        if lock.is_file() and not is_whole(lock.read_bytes()):
            yield lock
    rwlock = root / ".dvc/tmp/rwlock"
    if rwlock.is_file() and not _is_json(rwlock.read_bytes()):
        yield rwlock
    if (index := root / ".git/index.lock").is_file():
        yield index


def is_whole(content: bytes) -> bool:
    """Whether DVC can read these bytes as a dvc.lock. What was cut between two stages is whole."""
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe").load(content.decode("utf-8")))
    except (YAMLError, ValueError, Invalid):
        return False
    return True


def _is_json(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except ValueError:
        return False


def at_work(root: Path) -> list[str]:
    """Names of processes of Git and DVC that work in a folder, with their numbers."""
    found = []
    for process in psutil.process_iter(["pid", "name", "cmdline", "cwd"]):
        words = [Path(word).name for word in (process.info["cmdline"] or [])[:3]]
        place = Path(process.info["cwd"] or os.sep)
        for program in _AT_WORK:
            if program in words and place.is_relative_to(root) and process.pid != os.getpid():
                found.append(f"{program} (process {process.pid})")
    return found


def _committed(root: Path, name: str) -> bytes | None:
    """A file as the last commit has it, if that is whole."""
    shown = subprocess.run(["git", "show", f"HEAD:{name}"], cwd=root, capture_output=True)
    return shown.stdout if shown.returncode == 0 and is_whole(shown.stdout) else None


if __name__ == "__main__":
    main()
