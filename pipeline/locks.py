"""Copies of DVC's lock files from the moments when they were whole.

DVC writes dvc.lock in place after every stage, so that a kill in that moment cuts it short. Each
stage therefore begins by copying the lock that the stages before it left; `pipeline.recover` puts
the copy back.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from pipeline.files import atomic_write

LOCK = "dvc.lock"


def copy_of(lock: Path, root: Path) -> Path:
    """Where the copy of a lock of the repository `root` lies."""
    return root / ".dvc/tmp/locks" / lock.relative_to(root)


def keep(lock: Path, root: Path) -> None:
    """Copy a lock, if there is one; a disk that is full or read-only does without."""
    with suppress(OSError), atomic_write(copy_of(lock, root)) as file:
        shutil.copyfile(lock, file)


def keep_before_stage() -> None:
    """Copy the lock in which DVC will record the stage that this process is; called by each."""
    if address := os.environ.get("DVC_STAGE"):  # as DVC gives it: [claims/planes/dvc.yaml:]name
        root, pipeline = Path.cwd(), address.rpartition(":")[0] or "dvc.yaml"
        keep((root / pipeline).with_name(LOCK), root)
