"""What a sweep asks Git for: the commit to run, the experiments there are, and their files.

An experiment of DVC is a commit on top of another, its base, under a reference that names both:
refs/exps/<base's first two letters>/<the others>/<name>.
"""

import subprocess
import time
from collections.abc import Iterable, Iterator

from vae.files.errors import InputError

_NOT_RUN = ("sweeps/*.yaml", "reports/sweeps")
"""What may change without a change of the commit that is run."""


def git(*words: str, given: str = "") -> bytes:
    """What a command prints.

    Raises:
        InputError: it failed, in Git's own words.
    """
    done = subprocess.run(["git", *words], input=given.encode(), capture_output=True)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise InputError(f"git {words[0]}: {told[-1]}")
    return done.stdout


def base() -> str:
    """The last commit of this branch that changed anything but sweeps and their reports."""
    paths = [f":(exclude,glob){path}" for path in _NOT_RUN]
    return git("rev-list", "-1", "HEAD", "--", ".", *paths).decode().strip()


def uncommitted() -> list[str]:
    """Tracked files, but for results, with changes that no worker will see."""
    paths = [f":(exclude,glob){path}" for path in (*_NOT_RUN, "reports/**", "**/dvc.lock")]
    return git("diff", "--name-only", "HEAD", "--", ".", *paths).decode().splitlines()


def folder(base: str) -> str:
    """Where the references of all experiments on a commit are."""
    return f"refs/exps/{base[:2]}/{base[2:]}"


def done(origin: str, base: str) -> set[str]:
    """The names of the experiments on a commit that a repository holds."""
    listed = git("ls-remote", "--refs", origin, f"{folder(base)}/*").decode().splitlines()
    return {line.rpartition("/")[2] for line in listed}


def require(origin: str, base: str) -> None:
    """Stop if no branch of another repository can hold a commit.

    A branch that has gone where this repository has not been may.

    Raises:
        InputError: naming the commit and the remedy.
    """
    tips = {line.split()[0] for line in git("ls-remote", "-h", origin).decode().splitlines()}
    for tip in tips:
        words = ["git", "merge-base", "--is-ancestor", base, tip]
        if subprocess.run(words, capture_output=True).returncode != 1:  # 128: not known here
            return
    raise InputError(f"{origin} has no branch with {base[:10]}, which is to be run; push one")


def fetch(origin: str, base: str) -> None:
    """Bring the sweeps' experiments on a commit here."""
    names = f"{folder(base)}/sweep-*"
    for pause in (0.5, 2.0, 0.0):  # another sweep may hold a lock on what it fetches, too
        try:
            git("fetch", "--quiet", "--no-write-fetch-head", origin, f"+{names}:{names}")
            return
        except InputError:
            if not pause:
                raise
            time.sleep(pause)


def contents(files: Iterable[str]) -> Iterator[bytes | None]:
    """What Git holds of each file, given as `<revision>:<path>`; None if there is none."""
    asked = list(files)
    answer = git("cat-file", "--batch", given="".join(f"{file}\n" for file in asked))
    place = 0
    for _ in asked:
        end = answer.index(b"\n", place)
        *_, size = answer[place:end].split()
        if size == b"missing":
            yield None
            place = end + 1
        else:
            yield answer[end + 1 : end + 1 + int(size)]
            place = end + 2 + int(size)


def author() -> tuple[str, str]:
    """Name and mail address that experiments are signed with: those of the user, if Git has any."""
    try:
        name, _, rest = git("var", "GIT_AUTHOR_IDENT").decode().partition(" <")
    except InputError:
        return "sweep", "sweep@localhost"
    return name, rest.partition(">")[0]
