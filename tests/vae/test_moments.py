"""Moments of a training: from its beginning to its end, dense at first."""

import numpy as np
import pytest

from vae.moments import moments


@pytest.mark.parametrize("steps", [1, 2, 7, 39, 40, 41, 500, 7582, 1_000_000])
@pytest.mark.parametrize("count", [2, 3, 40, 100])
def test_they_run_from_the_beginning_to_the_end_each_once(steps, count):
    kept = moments(steps, count)
    assert (kept[0], kept[-1]) == (0, steps)
    assert (np.diff(kept) > 0).all()
    assert len(kept) == min(count, steps + 1)


def test_they_lie_ever_further_apart():
    gaps = np.diff(moments(1_000_000, 40))
    assert (np.diff(gaps) > 0).all()
    assert gaps[0] < 1_000_000 / 40 / 30


def test_a_few_steps_are_all_kept():
    assert moments(5, 40) == (0, 1, 2, 3, 4, 5)


def test_none_are_kept_unasked():
    assert moments(1000, 0) == ()
