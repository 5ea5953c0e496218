"""Of many classes a dozen are named, everywhere the same, and the caption says so."""

import pytest

from figures import scatter, uncertainty
from figures.classes import sentence, some_named
from tests.figures.drawing import LIMIT, LOOK, clusters, pictures, words_on

NAMES = [f"class {i:02}" for i in range(40)]
CODES = clusters(40, n=130)  # of the classes 0 to 9 one image more than of the others
SOME = some_named(NAMES, CODES.label, 12)


def named_on(figure):
    return {word for word in words_on(figure) if word.startswith("class ")}


def test_the_most_frequent_classes_are_named_and_of_equals_the_first():
    assert [i for i, name in enumerate(SOME) if name] == [*range(12)]
    assert some_named(NAMES, CODES.label, 2, [30]) == [
        name if i in (0, 1, 30) else "" for i, name in enumerate(NAMES)
    ]


def test_a_plane_names_these_and_shows_the_dots_of_all():
    figure = scatter.draw(CODES, class_names=SOME, n=4, limit=LIMIT, **LOOK)
    assert named_on(figure) == set(NAMES[:12])
    assert all(len(axes.collections[0].get_offsets()) == 130 for axes in figure.axes)


def test_ellipses_and_strips_are_of_these_alone():
    look = {"class_names": SOME, "ellipses": 1, "strip": 2, "limit": LIMIT, "seed": 0, **LOOK}
    figure = uncertainty.draw(pictures(130), CODES, **look)
    assert len(figure.axes[0].patches) == 12 + 2  # with the prior's two rings
    assert named_on(figure) == set(NAMES[:12])


@pytest.mark.parametrize(
    ("shown", "classes", "said"),
    [
        (SOME, None, " Of 40 classes 12 are named here."),
        ([3, 5], NAMES, " Of 40 classes 2 are named here."),
        (NAMES, None, ""),
        (list(range(40)), NAMES, ""),
    ],
)
def test_the_caption_says_how_many_of_how_many(shown, classes, said):
    assert sentence(shown, classes) == said
