"""The cloud of three axes: which way it turns, from which sides it is shown, what it says."""

import numpy as np
import pytest
from scipy.stats import chi2

from figures import cloud
from figures.style import palette
from tests.figures.drawing import CLASSES, LIMIT, LOOK, space

COMMON = {"class_names": CLASSES, "limit": LIMIT, **LOOK}


@pytest.mark.parametrize("turn, tilt", [(0, 0), (33, -20), (180, 90), (270, 45)])
def test_it_is_turned_and_neither_stretched_nor_mirrored(turn, tilt):
    directions = cloud.turned(turn, tilt)
    assert directions @ directions.T == pytest.approx(np.eye(3))
    assert np.linalg.det(directions) == pytest.approx(1)


def test_unturned_it_is_the_plane_of_every_other_figure():
    assert cloud.turned(0, 0) == pytest.approx(np.eye(3))


def test_a_turn_carries_what_is_in_front_to_the_right_and_a_tilt_shows_it_from_above():
    front, top = np.array([0, 0, 1]), np.array([0, 1, 0])
    assert cloud.turned(90, 0) @ front == pytest.approx([1, 0, 0])
    assert cloud.turned(90, 0) @ top == pytest.approx([0, 1, 0])
    assert cloud.turned(0, 90) @ top == pytest.approx([0, 0, 1])


def middle(frame, colour):
    """Where the dots of a colour are on a frame, in latent units from its centre."""
    rows, columns = np.nonzero((frame == np.rint(255 * np.array(colour))).all(axis=-1))
    assert len(rows) > 20
    plane = 360  # units at 100 dpi, from 14 on the left and 44 above
    right, up = columns.mean() - 14 - plane / 2, plane / 2 + 44 - rows.mean()
    return np.array([right, up]) * 2 * LIMIT / plane


def test_frames_go_once_round():
    front = np.array([0.0, -1.0, 2.0]) + np.random.default_rng(0).normal(0, 0.05, (60, 3))
    label = np.zeros(60, int)
    turn = cloud.frames(front.astype(np.float32), label, count=4, tilt=0.0, **COMMON)
    assert len(turn) == 4
    places = {0: (0, -1), 1: (2, -1), 3: (-2, -1)}  # behind it all at 180°, and paler
    for frame, place in places.items():
        assert middle(turn[frame], palette(3)[0]) == pytest.approx(place, abs=0.15)


def test_the_still_shows_it_from_three_sides():
    mean, label = space(3)
    figure = cloud.draw(mean, label, **COMMON)
    shown = {(axes.get_xlabel(), axes.get_ylabel()): axes for axes in figure.axes}
    for (right, up), axes in shown.items():
        axis = [int(name[3]) - 1 for name in (right, up)]
        assert np.array_equal(axes.collections[0].get_offsets(), mean[:, axis])
        assert axes.get_xlim() == axes.get_ylim() == (-LIMIT, LIMIT)
    assert len(shown) == 3
    assert ("$z_1$", "$z_2$") in shown


def test_the_caption_tells_the_share_of_the_prior_in_its_spheres():
    mean = np.array([[0, 0, 0], [1.1, 1.1, 1.1], [1.2, 1.2, 1.2], [0, 0, 5]], np.float32)
    said = cloud.caption(mean, limit=LIMIT)
    shares = [f"{chi2.cdf(radius**2, 3):.0%}" for radius in (1, 2)]
    assert f"which hold {shares[0]} and {shares[1]} of it" in said
    assert "of the means 50% lie within" in said
    assert "25.0% lie beyond ±4" in said
