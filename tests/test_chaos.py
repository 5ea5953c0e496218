"""A short run of what `make chaos` does, with a fixed seed."""

import random

from tests.chaos.attempt import verdict
from tests.chaos.disturb import stop_while_locking
from tests.chaos.trial import Trial, copied, outcome
from tests.project import call


def test_make_goes_on_after_two_stops_in_the_writing_of_the_lock(repository, tmp_path):
    folder = copied(repository, tmp_path / "project", "done")
    call("dvc checkout -q dvc.yaml", folder)
    wanted, lock = outcome(folder), (folder / "dvc.lock").read_bytes()
    call("git clean -fdxq data reports", folder)

    trial = Trial(folder, random.Random(1))
    for _ in range(2):
        assert stop_while_locking(trial), (tmp_path / "log").read_text()[-3000:]
        assert len((folder / "dvc.lock").read_bytes()) < len(lock)
    assert verdict(trial, wanted) == ""
    assert (folder / "dvc.lock").read_bytes() == lock
    assert "put back as" in (tmp_path / "log").read_text()
