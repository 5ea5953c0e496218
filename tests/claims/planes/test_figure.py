"""The figure of latent planes: marks at their numbers, captions that say what was found."""

import numpy as np
import pytest
from matplotlib.text import Text

from claims.planes import figure as planes
from claims.planes.measure import Run, is_beta_sweep
from claims.planes.sweep import film

LIMIT = 4.0
LOOK = {"limit": LIMIT, "title": "A figure: model on data", "dpi": 100}
CLASSES = ("zero", "one", "Ankle boot")


def run(beta, reconstruction, kl, spread=1.0):
    codes = np.random.default_rng(3).normal(size=(60, 2)) * spread
    pictures = np.zeros((4, 4, 8, 8))
    terms = {"reconstruction": reconstruction, "kl": kl}
    return Run(f"beta{beta}", "", f"β {beta}", beta, pictures, codes, np.arange(60) % 3, **terms)


RUNS = [run(0, -90.0, 300.0, 50.0), run(0.5, -95.0, 12.0), run(1, -100.0, 6.0), run(4, -120.0, 2.0)]


def other(name, **numbers):
    return run(1, 0.0, 0.0)._replace(**{"name": name, "beta": None, **numbers})


OTHERS = [  # each is best, or worst, at one thing
    other("plain", beta=1.0, reconstruction=-100.0, kl=6.0, exact=-104.0),
    other("warm", reconstruction=-100.1, kl=6.05, exact=-104.5),
    other("matched", reconstruction=-99.0, kl=20.0, exact=-103.0),
    other("weighted", reconstruction=-108.0, kl=5.0, exact=-102.0),
    other("free", reconstruction=-101.0, kl=8.0, exact=-105.0, codes=RUNS[0].codes),
]


@pytest.fixture(scope="module")
def ordering():
    return planes.draw(RUNS, class_names=CLASSES, **LOOK)


@pytest.fixture(scope="module")
def objectives():
    return planes.draw(OTHERS, class_names=CLASSES, **LOOK)


def rates(figure):
    return next(axes for axes in figure.axes if axes.get_xlabel().startswith("rate"))


def frames(figure):
    return [axes for axes in figure.axes if axes.get_xlabel() == "$z_1$"]


def test_latent_planes_share_one_frame(ordering, objectives):
    for figure, runs in ((ordering, RUNS), (objectives, OTHERS)):
        found = frames(figure)
        assert len(found) == len(runs)
        assert {(axes.get_xlim(), axes.get_ylim()) for axes in found} == {((-LIMIT, LIMIT),) * 2}


def test_runs_lie_at_their_rate_and_distortion(ordering):
    circles = [line for line in rates(ordering).lines if line.get_marker() == "o"]
    places = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in circles]
    assert places == [(12, 95), (6, 100), (2, 120)]


def test_a_run_far_off_stands_at_the_edge_with_its_rate(ordering):
    axes = rates(ordering)
    (arrow,) = (line for line in axes.lines if line.get_marker() == ">")
    assert arrow.get_xdata()[0] < axes.get_xlim()[1] < 300
    assert "β = 0, at 300.0 nats" in [text.get_text() for text in axes.texts]


def test_along_a_grey_line_the_bound_is_the_one_written_on_it(ordering):
    axes = rates(ordering)
    written = [text for text in axes.texts if not text.get_text().startswith("β")]
    assert written
    for text in written:
        assert sum(text.xy) == pytest.approx(float(text.get_text()))
    for line in axes.lines[: len(written)]:
        rate, distortion = line.get_data()
        assert np.ptp(np.add(rate, distortion)) == pytest.approx(0)


def test_the_share_beyond_the_frame_by_hand():
    points = np.array([[0.0, 0], [5, 0], [0, -5], [4, 4]])
    assert RUNS[0]._replace(codes=points).outside(4) == 0.5


def test_the_best_bound_is_named_whatever_it_is():
    said = planes.caption(RUNS, limit=LIMIT)
    assert "best at β = 1: −106.0 nats, the β that trains it" in said
    assert (
        "At β = 0, an autoencoder, reconstruction is best, −90.0 nats, at a KL of 300.0 nats"
        in said
    )
    said = planes.caption([RUNS[1]._replace(kl=1.0), *RUNS[2:]], limit=LIMIT)
    assert "best at β = 0.5: −96.0 nats, though β = 1 is what trains it" in said


def test_a_sweep_is_described_by_beta_in_whatever_order_it_comes():
    assert planes.caption(RUNS[::-1], limit=LIMIT) == planes.caption(RUNS, limit=LIMIT)


def test_a_missing_sum_over_the_plane_is_explained_beside_others():
    assert "summed where" not in planes.caption(RUNS, limit=LIMIT)
    assert "summed where" in planes.caption([RUNS[0], RUNS[2]._replace(exact=-99.0)], limit=LIMIT)


def test_objectives_are_named_each_with_what_it_is_best_at():
    said = planes.caption(OTHERS, limit=LIMIT)
    assert "best for plain and warm, less than 0.5 nats apart: −106.0 nats" in said
    assert "Reconstruction is best for matched, −99.0 nats at a KL of 20.0" in said
    assert "highest for weighted, −102.0 nats, whose bound is −113.0" in said
    assert "the bound misses most of it in matched, 16.0 nats" in said
    assert "The frame is left most in free: " in said
    inside = planes.caption(OTHERS[:-1], limit=LIMIT)
    assert "keep within the frame; plain has most outside, 0.0%" in inside
    unknown = [*OTHERS[:-1], OTHERS[-1]._replace(exact=None)]
    assert "summed over the plane" not in planes.caption(unknown, limit=LIMIT)


@pytest.mark.parametrize(
    ("runs", "sweep"),
    [
        (RUNS, True),
        (OTHERS, False),
        (OTHERS[2:3], False),
        (RUNS[2:3], False),
        (RUNS[:1] * 2, False),
    ],
)
def test_a_sweep_has_a_beta_for_each_run_and_nothing_else(runs, sweep):
    assert is_beta_sweep(runs) is sweep
    assert planes.cause(runs) == ("the KL term" if sweep else "the objective")


def test_runs_that_are_no_sweep_are_not_joined_by_a_line(objectives):
    lines = [line for line in rates(objectives).lines if line.get_color() != "#dddddd"]
    assert {len(line.get_xdata()) for line in lines} == {1}


def test_the_table_has_a_row_of_numbers_for_each_run(ordering, objectives):
    shown = [text.get_text() for text in objectives.texts]
    start = shown.index("matched")
    assert shown[start : start + 6] == ["matched", "20.0", "99.0", "119.0", "0.0%", "103.0"]
    assert "exact −log p(x)" not in [text.get_text() for text in ordering.texts]


def test_the_best_bound_is_bold_in_the_table(objectives):
    shown = {text.get_text(): text.get_weight() for text in objectives.texts}
    assert (shown["106.0"], shown["113.0"]) == ("bold", "normal")


def test_marks_of_near_runs_have_words_apart(objectives):
    objectives.draw_without_rendering()
    named = [text for text in rates(objectives).texts if text.get_text() in ("plain", "warm")]
    first, second = (Text.get_window_extent(text) for text in named)  # without their lines
    assert not first.overlaps(second)


def test_codes_are_said_to_leave_the_frame_only_if_they_do():
    assert "where the prior has 0.01% of its draws" in planes.caption(RUNS, limit=LIMIT)
    assert "keep within the frame" in planes.caption(RUNS[1:], limit=LIMIT)


@pytest.mark.parametrize(("class_names", "on_planes"), [(CLASSES, False), (("a", "b", "c"), True)])
def test_long_names_stand_in_a_key_and_short_ones_on_the_codes(class_names, on_planes):
    figure = planes.draw(RUNS, class_names=class_names, **LOOK)
    inside = [text.get_text() for axes in frames(figure) for text in axes.texts]
    beside = [text.get_text() for text in figure.texts]
    assert (class_names[0] in inside, class_names[0] in beside) == (on_planes, not on_planes)


def test_a_page_of_weights_holds_each_run_as_a_moment():
    pictures = np.full((4, 4, 8, 8), 0.5)
    shown = film([run._replace(manifold=k * pictures) for k, run in enumerate(RUNS[:3])])
    assert shown.kl.tolist() == [300.0, 12.0, 6.0]
    assert shown.loss.tolist() == [390.0, 107.0, 106.0]
    assert (shown.mean == np.float16([run.codes for run in RUNS[:3]])).all()
    assert [np.unique(tiles).tolist() for tiles in shown.pictures] == [[0], [128], [255]]
