"""Walks between classes, with a decoder that gives back codes and class weights as they came."""

import numpy as np
import pytest

from vae import walks
from vae.codes import Codes

CLASSES = 3


def decode(z, y):
    """Pictures of one row: the code and behind it the weight of each class, if any was given."""
    if y is None:
        return z.astype(np.float64)
    weights = y if y.ndim == z.ndim else np.eye(CLASSES)[y]
    return np.concatenate([z, weights], axis=-1)


def codes(mean, label):
    mean = np.asarray(mean, np.float32).reshape(len(label), -1)
    return Codes(mean, np.zeros_like(mean), mean, np.asarray(label, np.int64))


def sees(*places, otherwise):
    """A classifier that sees class 1 at these first coordinates, and elsewhere another one."""
    return lambda images: np.where(np.isin(images[:, 0], places), 1, otherwise)


LINE = codes([7, 0, 1, 2, 3, 9, 5], [0, 1, 1, 1, 1, 1, 0])
"""Codes of class 1 with the mean 3: from near to far 3, 2, 1, 0, 9, which are indices 4 to 1, 5."""


@pytest.mark.parametrize(
    "right, index",
    [((0, 1, 2, 3, 9), 4), ((0, 1, 2, 9), 3), ((0, 9), 1), ((9,), 5), ((), 4), ((7, 5), 4)],
    ids=["all", "all but the nearest", "two far ones", "the farthest", "none", "others' only"],
)
def test_a_typical_image_is_the_nearest_whose_reconstruction_is_seen_as_its_class(right, index):
    assert walks.typical(decode, sees(*right, otherwise=2), LINE, 1, 0) == index


def test_beyond_the_nearest_fifty_no_image_is_typical():
    line = codes([0] * 60 + [10], [1] * 61)
    assert walks.typical(decode, sees(10.0, otherwise=2), line, 1, 0) == 0
    near = codes([0] * 49 + [10], [1] * 50)
    assert walks.typical(decode, sees(10.0, otherwise=2), near, 1, 0) == 49


def test_a_reconstruction_of_a_conditional_model_is_decoded_as_the_images_own_class():
    asked = []

    def recorded(z, y):
        asked.append(y)
        return decode(z, y)

    walks.typical(recorded, sees(otherwise=1), LINE, 1, CLASSES)
    assert [y.tolist() for y in asked] == [[1] * 5]


def test_groups_are_each_source_to_all_others_then_pairs_then_loops():
    label = np.array([3, 0, 5, 3, 1])
    assert walks.groups([1, 5], [[0, 3]], [[1, 0, 1], [3, 5, 0, 3]], label) == [
        [(1, 0), (1, 3), (1, 5)],
        [(5, 0), (5, 1), (5, 3)],
        [(0, 3)],
        [(1, 0, 1), (3, 5, 0, 3)],
    ]


def test_groups_without_a_walk_are_left_out():
    assert walks.groups([], [], [[1, 0, 1]], np.array([0, 1])) == [[(1, 0, 1)]]
    assert walks.groups([], [], [], np.array([1, 1])) == []


def test_sources_and_loops_of_classes_without_an_image_are_passed_over():
    label = np.array([0, 1, 2])
    asked = [1, 6], [], [[1, 0, 2, 1], [6, 2, 6]]
    assert walks.groups(*asked, label) == [[(1, 0), (1, 2)], [(1, 0, 2, 1)]]


def test_where_none_of_the_walks_asked_for_can_be_they_are_of_the_classes_that_there_are():
    assert walks.groups([6], [], [[6, 7, 6]], np.array([3, 5, 4])) == [[(3, 4), (3, 5)]]
    assert walks.groups([6], [], [], np.array([2, 2])) == [[(2, 2)]]


def test_a_walk_within_a_class_goes_from_its_typical_image_to_a_far_one_of_the_class():
    line = codes([*range(11), 100], [1] * 11 + [0])
    options = {"classes": 0, "steps": 3, "frames": 4}
    (((walk,),), _) = walks.walks(decode, sees(otherwise=1), line, [[(1, 1)]], **options)
    assert walk.stops.ravel().tolist() == [5, 0]  # nine in ten are no farther than 5 from 5
    assert walk.name == "1to1"


PLANE = codes([[0, 0], [4, 8], [4, 0], [0, 0.1], [8, 8]], [0, 1, 2, 0, 1])
ASKED = [[(0, 1), (0, 2)], [(0, 1, 2, 0)]]
OPTIONS = {"steps": 5, "frames": 4}


def walked(classes, classify=lambda images: np.zeros(len(images), int), **options):
    return walks.walks(decode, classify, PLANE, ASKED, classes=classes, **OPTIONS | options)


@pytest.mark.parametrize("classes", [0, CLASSES])
def test_walks_come_in_their_groups_with_their_classes(classes):
    shown = walked(classes)
    assert [[walk.classes.tolist() for walk in group] for group in shown.groups] == [
        [[0, 1], [0, 2]],
        [[0, 1, 2, 0]],
    ]
    assert shown.conditional is (classes > 0)


@pytest.mark.parametrize("classes", [0, CLASSES])
def test_a_walk_stops_at_the_codes_of_typical_images(classes):
    ends = {label: walks.typical(decode, lambda x: x[:, 0], PLANE, label, 0) for label in range(3)}
    for group in walked(classes).groups:
        for walk in group:
            expected = PLANE.mean[[ends[label] for label in walk.classes]]
            np.testing.assert_array_equal(walk.stops, expected)


@pytest.mark.parametrize("classes", [0, CLASSES])
def test_a_strip_goes_from_stop_to_stop_in_even_steps(classes):
    walk = walked(classes).groups[0][0]
    share = np.array([[0], [0.25], [0.5], [0.75], [1]])
    expected = (1 - share) * walk.stops[0] + share * walk.stops[1]
    np.testing.assert_allclose(walk.strip[:, :2], expected)


def test_the_strip_of_a_loop_passes_through_all_its_stops():
    walk = walked(0, steps=7).groups[1][0]
    np.testing.assert_allclose(walk.strip[::2], walk.stops)


def test_the_class_moves_from_one_to_the_other_as_the_code_does():
    direct, loop = walked(CLASSES).groups[0][1], walked(CLASSES, steps=7).groups[1][0]
    share = np.array([0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(direct.strip[:, 2:], np.stack([1 - share, 0 * share, share], 1))
    np.testing.assert_allclose(loop.strip[::2, 2:], np.eye(3)[[0, 1, 2, 0]])
    np.testing.assert_allclose(loop.strip[1, 2:], [0.5, 0.5, 0])


def test_what_is_seen_is_what_the_classifier_sees_in_each_picture_of_the_strip():
    def classify(images):
        return (images[:, 1] > 3).astype(int)

    for group in walked(0, classify).groups:
        for walk in group:
            assert walk.seen.tolist() == (walk.strip[:, 1] > 3).tolist()
    assert walked(0, classify).groups[0][0].seen.tolist() == [0, 0, 1, 1, 1]


@pytest.mark.parametrize("classes", [0, CLASSES])
@pytest.mark.parametrize("frames", [2, 4, 30])
def test_the_moving_walk_is_endless_and_shows_no_place_twice_in_a_row(frames, classes):
    (there, _), (loop,) = walked(classes, frames=frames).groups
    for walk, length in ((there, 2 * (frames - 1)), (loop, 3 * (frames - 1))):
        assert len(walk.frames) == length
        assert (walk.frames[0, :2] == walk.stops[0]).all()
        following = np.roll(walk.frames, -1, axis=0)
        assert np.abs(following - walk.frames).max(axis=1).min() > 0
        legs = np.linalg.norm(np.diff(walk.stops, axis=0), axis=1)
        steps = np.linalg.norm(following[:, :2] - walk.frames[:, :2], axis=1)
        assert steps.max() == pytest.approx(legs.max() / (frames - 1))  # no jump at the turn
