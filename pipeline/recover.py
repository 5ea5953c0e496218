"""Mend what a killed run left behind, so that the next one goes on: `make` asks here first.

    dvc.lock            cut short, as DVC writes it in place: put back as it was when the last stage
                        began, or as Git has it; what ended since comes back from the run cache
    .dvc/tmp/**/rwlock  who reads and writes what, cut short or with the number of a process that is
                        gone, which may be another's by now: removed, as are the locks of Git
    stages              at work though their DVC is gone, so that nobody records them: ended
    half-written files  of DVC and of `pipeline.files`: removed
    `dvc exp run`       detaches HEAD and stashes uncommitted changes: both are put back

Nothing of these is touched while a process of Git or DVC is at work in this folder. And always:

    .dvc/cache          DVC believes a read-only file in it unseen, and hands out a damaged one.
                        Made writable, each is compared with the size and time that DVC noted, when
                        it is asked for, and removed if it is not what its name says. What it notes
                        of a run is removed if it was cut short, as is bytecode, of which Python
                        writes what a full disk holds
"""

import json
import marshal
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline import locks
from pipeline.files import atomic_write

_AT_WORK = ("dvc", "git")
_HALF_WRITTEN = (f":(glob)**/.{'?' * 22}.tmp", ":(glob)**/.*.partial*")
_TRANSIENT = (
    "dvc/tmp/repro.dat",  # what `dvc exp run` shall run
    "dvc/tmp/exps/run/workspace",  # that it runs
    "dvc/tmp/exps/tmp*",  # where workers of the queue run experiments
    "git/refs/exps/stash",
    "git/logs/refs/exps/stash",
    *(f"git/refs/exps/exec/EXEC_{name}" for name in ("BASELINE", "MERGE", "BRANCH")),
    "git/*.lock",
    "git/refs/**/*.lock",
)
"""What is there only while DVC or Git is at work, or after a kill."""


def main() -> None:
    """Mend the repository in the working directory, and say in a line what was mended."""
    try:
        for message in mend(Path.cwd()):
            print(message)
    except OSError as error:
        sys.exit(f"python -m pipeline.recover: {error}")


def mend(root: Path) -> Iterator[str]:
    """Mend a repository; a message for each thing that was mended."""
    let_dvc_verify(root / ".dvc/cache/files/md5")
    for path in _cut_short(root):
        path.unlink()
        yield f"{_name(path, root)} was cut short: removed"
    for folder in root.glob(".dvc/cache/runs/*/*"):  # DVC would look for a newest file in it
        with suppress(OSError):
            folder.rmdir()  # if it is empty
    cut = [lock for lock in _locks(root) if not _is_kept(lock, root)]
    left = list(_left_behind(root))
    if not cut and not left:
        return
    if others := at_work(root):
        yield f"{', '.join(others)} at work here: nothing is mended"
        return
    yield from _end_stages(root)
    for lock in cut:
        yield f"{_name(lock, root)} was cut short by an interrupted run: {_restore(lock, root)}"
    for path in left:
        if path.suffix == ".lock":  # before Git is asked for anything
            path.unlink()
    yield from _end_experiment(root)
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if left:
        names = ", ".join(_name(path, root) for path in left)
        yield f"left by an interrupted run, removed: {names}"
    _git(root, "clean", "-fdxq", "--", *_HALF_WRITTEN)


def let_dvc_verify(cache: Path) -> None:
    """Make the files of a cache writable; DVC protects each anew once it has verified it."""
    for file in cache.glob("??/*"):
        with suppress(OSError):  # another's, or on a disk that is read-only
            file.chmod(file.stat().st_mode | 0o200)


def _cut_short(root: Path) -> Iterator[Path]:
    """Files of the run cache and of bytecode that would stop whoever reads them."""
    for file in root.glob(".dvc/cache/runs/*/*/*"):
        content = file.read_bytes()
        if b"\nouts:\n" not in content or not content.endswith(b"\n"):
            yield file
    sources = _git(root, "ls-files", "*.py").splitlines()
    for folder in {(root / source).parent for source in sources}:
        for file in folder.glob("__pycache__/*.pyc"):
            try:
                marshal.loads(file.read_bytes()[16:])  # after a header of 16 bytes
            except (EOFError, ValueError, TypeError):
                yield file


def is_whole(content: bytes) -> bool:
    """Whether DVC can read these bytes as a dvc.lock; only what was cut at a line's end is missed.

    DVC reads such a lock and has forgotten some stages, which come back from the run cache.
    """
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe").load(content.decode("utf-8")))
    except (YAMLError, ValueError, Invalid):
        return False
    return content.endswith(b"\n")


def at_work(root: Path) -> list[str]:
    """Names of processes of Git and DVC that work in a folder, with their numbers."""
    found = []
    for process in _processes(root):
        words = [Path(word).name for word in (process.info["cmdline"] or [])[:3]]
        found += [f"{name} (process {process.pid})" for name in _AT_WORK if name in words]
    return found


def _processes(root: Path) -> Iterator[psutil.Process]:
    """Others' processes that work in a folder."""
    for process in psutil.process_iter(["cmdline", "cwd", "environ"]):
        place = Path(process.info["cwd"] or os.sep)
        if place.is_relative_to(root) and process.pid != os.getpid():
            yield process


def _locks(root: Path) -> Iterator[Path]:
    """DVC's lock files, beside their pipelines."""
    listed = _git(root, "ls-files", "-co", "--exclude-standard", "dvc.yaml", "*/dvc.yaml")
    for pipeline in listed.splitlines():
        lock = (root / pipeline).with_name(locks.LOCK)
        if lock.is_file():
            yield lock


def _is_kept(lock: Path, root: Path) -> bool:
    """Whether a lock is whole; if so, there is a copy of it."""
    content, copy = lock.read_bytes(), locks.copy_of(lock, root)
    if copy.is_file() and copy.read_bytes() == content:
        return True
    if whole := is_whole(content):
        locks.keep(lock, root)
    return whole


def _left_behind(root: Path) -> Iterator[Path]:
    """Files and folders that a killed run did not remove."""
    for pattern in _TRANSIENT:
        yield from root.glob(f".{pattern}")
    for rwlock in (root / ".dvc/tmp/rwlock", root / ".dvc/tmp/exps/rwlock"):
        if rwlock.is_file() and not _is_idle(rwlock.read_bytes()):
            yield rwlock


def _is_idle(rwlock: bytes) -> bool:
    """Whether nobody reads or writes anything."""
    try:
        return not any(json.loads(rwlock).values())
    except (ValueError, AttributeError):
        return False


def _end_stages(root: Path) -> Iterator[str]:
    """End the stages that a DVC has started, of which there is none any more."""
    stages = [each for each in _processes(root) if "DVC_STAGE" in (each.info["environ"] or {})]
    for stage in stages:
        with suppress(psutil.NoSuchProcess):
            stage.kill()  # it writes whole files or none
            name = stage.info["environ"]["DVC_STAGE"]
            yield f"{name} (process {stage.pid}) worked on for an interrupted run: ended"
    psutil.wait_procs(stages, timeout=10)


def _restore(lock: Path, root: Path) -> str:
    """Put the best there is in the place of a lock; in words, what that was."""
    copy = locks.copy_of(lock, root)
    kept = copy.read_bytes() if copy.is_file() else b""
    committed = _git(root, "show", f"HEAD:{_name(lock, root)}").encode()
    when = {"it was when the last stage began": kept, "Git has it": committed}
    for words, content in when.items():
        if is_whole(content):
            with atomic_write(lock) as file:
                file.write_bytes(content)
            return f"put back as {words}"
    lock.unlink()
    return "removed"


def _end_experiment(root: Path) -> Iterator[str]:
    """Do what `dvc exp run` does at its end: HEAD to its branch, uncommitted changes back."""
    rwlock = root / ".dvc/tmp/exps/rwlock"
    preparing = rwlock.is_file() and b'"workspace"' in rwlock.read_bytes()
    running = _git(root, "rev-parse", "-q", "--verify", "refs/exps/exec/EXEC_MERGE").strip()
    if not (preparing or running):
        return
    branch = _git(root, "rev-parse", "--symbolic-full-name", "@{-1}").strip()
    if branch and not _git(root, "symbolic-ref", "-q", "HEAD"):
        _git(root, "symbolic-ref", "HEAD", branch)
        _git(root, "reset", "-q")
        yield f"HEAD was left detached by an interrupted experiment: back on {branch}"

    stashed = int(_git(root, "log", "-1", "--format=%ct", "refs/stash", "--") or 0)
    if preparing and stashed >= int(rwlock.stat().st_mtime):  # not an older one of the user's
        if not _changed(root, since="refs/stash"):
            _git(root, "stash", "drop", "-q")
        elif not _changed(root, since="HEAD"):
            _git(root, "stash", "pop", "-q", "--index")
            yield "uncommitted changes that an interrupted experiment had stashed: put back"
        else:
            yield "`git stash` holds what was uncommitted before an interrupted experiment"
    elif running and not _changed(root, since="HEAD"):
        _git(root, "stash", "apply", "-q", running)
        _git(root, "reset", "-q")


def _changed(root: Path, since: str) -> bool:
    return bool(_git(root, "diff", "--name-only", since, "--"))


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _git(root: Path, *command: str) -> str:
    """What a command of Git prints; nothing if it fails."""
    done = subprocess.run(["git", *command], cwd=root, capture_output=True)
    return "" if done.returncode else done.stdout.decode(errors="replace")


if __name__ == "__main__":
    main()
