"""Figures of what the literature claims: marks at their numbers, captions that say what was found.

Captions are read with numbers for which the claim holds and with numbers for which it does not.
"""

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.patches import Ellipse
from matplotlib.text import Text

from claims.anomaly import figure as anomaly
from claims.anomaly.measure import CORRECTED, ELBO, RECONSTRUCTION, RELATIVE
from claims.decoupling import figure as decoupling
from claims.decoupling.measure import Gaussians, Probes
from claims.doubt import figure as doubt_figure
from claims.doubt.measure import Correlation, Doubts
from claims.neighbourhood import figure as neighbourhood
from claims.planes import figure as planes
from figures import sheet as base
from pipeline.params import Objective
from vae.codes import Codes, posterior_std

CLASSES = ("zero", "one", "Ankle boot")
LIMIT = 4.0
LOOK = {"title": "A figure: model on data", "dpi": 100}

SHARES = np.array([[0, 0.9, 0.1], [0.3, 0, 0.7], [0.5, 0.5, 0]])
EVEN = np.array([[0, 0.55, 0.45], [0.5, 0, 0.5], [0.5, 0.5, 0]])

PROBES = {"free": Probes(0.9, 0.8, 0.4), "told": Probes(0.45, 0.42, 0.4)}
GAUSSIANS = {
    "free": Gaussians(
        np.array([[-2.0, 0], [2, 0], [np.nan] * 2]),
        np.array([[[0.25, 0], [0, 1]], [[1, 0.6], [0.6, 0.5]], [[np.nan] * 2] * 2]),
    ),
    "told": Gaussians(np.zeros((3, 2)), np.stack([np.eye(2)] * 3)),
}
DIVERGENCES = {"free": np.array([1.5, 2.5, np.nan]), "told": np.array([0.1, 0.1, 0.1])}
CONFUSION = np.array([[1.0, 0, 0], [0.25, 0.75, 0], [np.nan] * 3])

AUROCS = {
    ELBO: np.array([0.9, 0.2, np.nan]),
    CORRECTED: np.array([0.8, 0.7, np.nan]),
    RECONSTRUCTION: np.array([0.9, 0.3, np.nan]),
    RELATIVE: np.array([0.95, 0.75, np.nan]),
}
PUBLISHED = {"one": 0.73, "mean": 0.855}
PAIRS = {("these", "those"): dict.fromkeys(AUROCS, 0.97)}


@pytest.fixture(scope="module")
def codes():
    rng = np.random.default_rng(0)
    mean, log_var = rng.normal(size=(2, 60, 2)).astype(np.float32)
    return Codes(mean, log_var, mean, np.arange(60) % 3)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(1).integers(0, 256, size=(60, 8, 8), dtype=np.uint8)


@pytest.fixture(scope="module")
def probabilities():
    return np.random.default_rng(2).dirichlet(np.ones(3), size=60)


POSITIVE = Correlation(0.4, 0.3, 0.5)


def doubts(example=POSITIVE):
    return Doubts(
        overall=Correlation(-0.1, -0.2, 0.05),
        within=[example, Correlation(-0.3, -0.4, -0.2), Correlation(np.nan, np.nan, np.nan)],
        entropy=np.array([0.4, 0.3]),
        entropy_in_class=np.array([0.1, 0.5]),
        error=np.array([0.02, 0.03]),
        error_in_class=np.array([0.01, 0.04]),
    )


def run(beta, reconstruction, kl, spread=1.0):
    points = np.random.default_rng(3).normal(size=(60, 2)) * spread
    objective = Objective(beta=beta, warmup=0, free_bits=0, mmd=0, samples=1)
    pictures = np.zeros((4, 4, 8, 8))
    return planes.Run(f"beta{beta}", objective, pictures, points, reconstruction, kl, None)


RUNS = [run(0, -90.0, 300.0, 50.0), run(0.5, -95.0, 12.0), run(1, -100.0, 6.0), run(4, -120.0, 2.0)]


def other(name, objective, **numbers):
    objective = {"beta": 1, "warmup": 0, "free_bits": 0, "mmd": 0, "samples": 1} | objective
    return run(1, 0, 0)._replace(name=name, objective=Objective(**objective), **numbers)


WIDE = RUNS[0].codes
OTHERS = [  # each is best, or worst, at one thing
    other("plain", {}, reconstruction=-100.0, kl=6.0, exact=-104.0),
    other("warm", {"warmup": 0.5}, reconstruction=-100.1, kl=6.05, exact=-104.5),
    other("matched", {"beta": 0, "mmd": 30}, reconstruction=-99.0, kl=20.0, exact=-103.0),
    other("weighted", {"samples": 5}, reconstruction=-108.0, kl=5.0, exact=-102.0),
    other("free", {"free_bits": 4}, reconstruction=-101.0, kl=8.0, exact=-105.0, codes=WIDE),
]


@pytest.fixture(scope="module")
def figures(codes, images, probabilities):
    common = {"class_names": CLASSES, **LOOK}
    return {
        "neighbourhood": neighbourhood.draw({"a": SHARES, "b": EVEN}, **common),
        "doubt": doubt_figure.draw(
            images, codes, probabilities, doubts(), example=2, strip=4, **common
        ),
        "decoupling": decoupling.draw(
            PROBES, GAUSSIANS, DIVERGENCES, CONFUSION, limit=LIMIT, **common
        ),
        "ordering": planes.draw(RUNS, codes.label, limit=LIMIT, **common),
        "objectives": planes.draw(OTHERS, codes.label, limit=LIMIT, **common),
        "anomaly": anomaly.draw(AUROCS, published=PUBLISHED, pairs=PAIRS, **common),
    }


NAMES = ["neighbourhood", "doubt", "decoupling", "ordering", "objectives", "anomaly"]


def words(figure):
    """Every text that is shown, with its box in pixels."""
    canvas = FigureCanvasAgg(figure)
    with np.errstate(all="raise"):
        canvas.draw()
    renderer = canvas.get_renderer()
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += [*axes.texts, axes.xaxis.label, axes.yaxis.label, axes._left_title]
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            seen = [tick for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
            texts += [label for tick in seen for label in (tick.label1, tick.label2)]
        if legend := axes.get_legend():
            texts += legend.get_texts()
    shown = [text for text in texts if text.get_visible() and text.get_text()]
    return {text: text.get_window_extent(renderer) for text in shown}


@pytest.mark.parametrize("name", NAMES)
def test_no_word_leaves_the_page(figures, name):
    figure = figures[name]
    width, height = figure.get_size_inches() * figure.dpi
    for text, box in words(figure).items():
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, text.get_text()


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_says_its_title(figures, name):
    assert LOOK["title"] in [text.get_text() for text in figures[name].texts]


def cells(axes):
    """Texts of a table by row and column."""
    return {(text.get_position()[1], text.get_position()[0]): text for text in axes.texts}


def test_a_table_prints_each_share_at_its_row_and_column(figures):
    table = cells(figures["neighbourhood"].axes[0])
    assert table[0, 1].get_text() == "90"
    assert table[1, 0].get_text() == "30"
    assert (1, 1) not in table


def test_a_tables_classes_have_their_colours(figures):
    axes = figures["neighbourhood"].axes[0]
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == list(CLASSES)
        assert [to_rgb(label.get_color()) for label in labels] == base.palette(3)


def test_the_two_nearest_of_each_row_are_bold():
    shares = np.array([[0, 0.5, 0.3, 0.2]] * 4) * (1 - np.eye(4))
    figure = neighbourhood.draw({"a": shares}, class_names="abcd", **LOOK)
    row = {column: t for (r, column), t in cells(figure.axes[0]).items() if r == 0}
    assert [row[i].get_weight() for i in (1, 2, 3)] == ["bold", "bold", "normal"]


def test_all_tables_have_one_scale_of_shades(figures):
    limits = {axes.images[0].get_clim() for axes in figures["neighbourhood"].axes}
    assert limits == {(0, 0.9)}


def test_a_class_without_images_is_grey_and_not_named_as_far():
    shares = np.array([[0, 0.0, 0.2, 0.8], [np.nan] * 4, [0.5, 0, 0, 0.5], [0.9, 0, 0.1, 0]])
    figure = neighbourhood.draw({"a": shares}, class_names="abcd", **LOOK)
    assert not [place for place in cells(figure.axes[0]) if place[0] == 1]
    said = neighbourhood.caption({"a": shares}, class_names="abcd", example=0, k=5)
    assert "the farthest is c (20%); chance gives each 50%" in said


def test_neighbours_are_named_for_each_model():
    said = neighbourhood.caption(
        {"one": SHARES, "other": EVEN}, class_names=CLASSES, example=0, k=5
    )
    assert "In one, the nearest to zero are one (90%) and Ankle boot (10%)" in said
    assert said.count("little more than chance") == 1
    assert said.index("In other") < said.index("little more than chance")


def test_correlations_lie_at_their_numbers_with_their_intervals(figures):
    axes = figures["doubt"].axes[2]
    lines = axes.lines[:8]
    dots = [(float(dot.get_xdata()[0]), int(dot.get_ydata()[0])) for dot in lines[1:6:2]]
    assert dots == [(-0.1, 0), (0.4, 1), (-0.3, 2)]
    assert [list(line.get_xdata()) for line in lines[0:6:2]] == [
        [-0.2, 0.05],
        [0.3, 0.5],
        [-0.4, -0.2],
    ]
    assert [to_rgb(line.get_color()) for line in lines[2::2]] == base.palette(3)


def test_the_strips_hold_the_extremes_of_one_class(figures, codes, images):
    surest, doubtful = (axes.images[0].get_array() for axes in figures["doubt"].axes[3:])
    members = np.flatnonzero(codes.label == 2)
    order = members[posterior_std(codes)[members].argsort()]
    assert np.array_equal(surest[:, :8, 0], images[order[0]])
    assert np.array_equal(doubtful[:, :8, 0], images[order[-1]])


def test_under_an_image_stands_what_the_classifier_reads(figures, codes, probabilities):
    members = np.flatnonzero(codes.label == 2)
    surest = members[posterior_std(codes)[members].argsort()][:4]
    texts = figures["doubt"].texts
    start = [text.get_text() for text in texts].index("Ankle boot: the smallest σ") + 1
    names, numbers = texts[start : start + 8 : 2], texts[start + 1 : start + 8 : 2]
    read = probabilities[surest].argmax(axis=1)
    assert [text.get_text() for text in names] == [CLASSES[c][:5] for c in read]
    assert [to_rgb(text.get_color()) for text in names] == [base.palette(3)[c] for c in read]
    expected = [f"{p:.2f}" for p in probabilities[surest].max(axis=1)]
    assert [text.get_text() for text in numbers] == expected


def test_a_class_without_images_has_no_strip(codes, images, probabilities):
    some = codes._replace(label=codes.label % 2)
    figure = doubt_figure.draw(
        images, some, probabilities, doubts(), class_names=CLASSES, example=2, strip=4, **LOOK
    )
    assert len(figure.axes) == 3


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (POSITIVE, "dubious zero does have the wider posterior, by ρ = +0.40"),
        (Correlation(0.1, 0.05, 0.2), "does have the wider posterior, slightly"),
        (Correlation(-0.4, -0.5, -0.3), "has the narrower posterior here"),
        (Correlation(0.1, -0.1, 0.3), "does not show here: ρ = +0.10, −0.10 to +0.30"),
        (Correlation(np.nan, np.nan, np.nan), "too few images"),
    ],
)
def test_the_verdict_on_doubt_is_the_intervals(found, verdict):
    assert verdict in doubt_figure.caption(doubts(found), class_names=CLASSES, example=0)


def test_classes_are_counted_by_their_intervals():
    said = doubt_figure.caption(doubts(), class_names=CLASSES, example=0)
    assert "positive beyond chance for 1 of 2 classes and negative for 1" in said


def test_class_ellipses_lie_one_sigma_away(figures):
    ellipses = [p for p in figures["decoupling"].axes[0].patches if type(p) is Ellipse]
    assert len(ellipses) == 2  # the third class has no images
    for ellipse, mean, covariance in zip(ellipses, *GAUSSIANS["free"], strict=False):
        edge = np.array([*ellipse.get_vertices(), *ellipse.get_co_vertices()]) - mean
        distance = np.einsum("pi,ij,pj->p", edge, np.linalg.inv(covariance), edge)
        assert distance == pytest.approx(np.ones(4))


@pytest.mark.parametrize(
    ("name", "squares"), [("decoupling", 2), ("ordering", len(RUNS)), ("objectives", len(OTHERS))]
)
def test_latent_planes_share_one_frame(figures, name, squares):
    found = [axes for axes in figures[name].axes if axes.get_xlabel() == "$z_1$"]
    assert len(found) == squares
    assert {(axes.get_xlim(), axes.get_ylim()) for axes in found} == {((-LIMIT, LIMIT),) * 2}


def test_probes_lie_at_their_accuracies_beside_chance(figures):
    axes = figures["decoupling"].axes[2]
    places = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert places["two-layer perceptron"] == [90, 45]
    assert places["linear"] == [80, 42]
    assert [list(line.get_xdata()) for line in axes.lines if line.get_linestyle() == "--"] == [
        [40, 40]
    ]


def test_models_without_a_plane_have_probes_alone():
    figure = decoupling.draw(PROBES, {}, {}, CONFUSION, class_names=CLASSES, limit=LIMIT, **LOOK)
    assert len(figure.axes) == 2
    assert "Gaussians are" not in decoupling.caption(
        PROBES, {}, CONFUSION, free="free", conditional="told"
    )


@pytest.mark.parametrize(
    ("accuracy", "verdict"),
    [
        (0.405, "In told the class cannot be read from z."),
        (0.45, "most of the class is gone from z, yet not all: 5.0 points above that"),
        (0.7, "still holds much of the class: 30.0 points"),
        (0.95, "holds the class no less: 55.0 points"),
    ],
)
def test_the_verdict_on_decoupling_is_the_probes(accuracy, verdict):
    probes = PROBES | {"told": Probes(accuracy, 0.4, 0.4)}
    said = decoupling.caption(probes, DIVERGENCES, CONFUSION, free="free", conditional="told")
    assert verdict in said
    assert "2.00 nats from the prior (KL, mean over classes) in free and 0.10 in told" in said
    assert "87.5% are read as that class" in said  # of the two classes asked


def test_runs_lie_at_their_rate_and_distortion(figures):
    axes = next(a for a in figures["ordering"].axes if a.get_xlabel().startswith("rate"))
    circles = [line for line in axes.lines if line.get_marker() == "o"]
    places = [(float(line.get_xdata()[0]), float(line.get_ydata()[0])) for line in circles]
    assert places == [(12, 95), (6, 100), (2, 120)]


def test_a_run_far_off_stands_at_the_edge_with_its_rate(figures):
    axes = next(a for a in figures["ordering"].axes if a.get_xlabel().startswith("rate"))
    (arrow,) = (line for line in axes.lines if line.get_marker() == ">")
    assert arrow.get_xdata()[0] < axes.get_xlim()[1] < 300
    assert "β = 0, at 300.0 nats" in [text.get_text() for text in axes.texts]


def test_along_a_grey_line_the_bound_is_the_one_written_on_it(figures):
    axes = next(a for a in figures["ordering"].axes if a.get_xlabel().startswith("rate"))
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


def test_a_missing_sum_over_the_plane_is_explained_beside_others():
    assert "summed where" not in planes.caption(RUNS, limit=LIMIT)
    assert "summed where" in planes.caption([RUNS[0], RUNS[2]._replace(exact=-99.0)], limit=LIMIT)


def test_objectives_are_told_by_name_each_with_what_it_is_best_at():
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
    ("runs", "ladder"),
    [
        (RUNS, True),
        (OTHERS, False),
        (OTHERS[2:3], False),
        (RUNS[2:3], False),
        (RUNS[:1] * 2, False),
    ],
)
def test_a_ladder_has_a_beta_for_each_run_and_nothing_else(runs, ladder):
    assert planes.is_ladder(runs) is ladder
    assert planes.cause(runs) == ("the KL term" if ladder else "the objective")


def test_runs_that_are_no_ladder_are_not_joined_by_a_line(figures):
    axes = next(a for a in figures["objectives"].axes if a.get_xlabel().startswith("rate"))
    assert {len(line.get_xdata()) for line in axes.lines if line.get_color() != "#dddddd"} == {1}


def test_the_table_has_a_row_of_numbers_for_each_run(figures):
    shown = [text.get_text() for text in figures["objectives"].texts]
    start = shown.index("matched")
    assert shown[start : start + 6] == ["matched", "20.0", "99.0", "119.0", "0.0%", "103.0"]
    assert "exact −log p(x)" not in [text.get_text() for text in figures["ordering"].texts]


def test_marks_of_near_runs_have_words_apart(figures):
    figures["objectives"].draw_without_rendering()
    axes = next(a for a in figures["objectives"].axes if a.get_xlabel().startswith("rate"))
    named = [text for text in axes.texts if text.get_text() in ("plain", "warm")]
    first, second = (Text.get_window_extent(text) for text in named)  # without their lines
    assert not first.overlaps(second)


def test_codes_are_said_to_leave_the_frame_only_if_they_do():
    assert "where the prior has 0.01% of its draws" in planes.caption(RUNS, limit=LIMIT)
    assert "keep within the frame" in planes.caption(RUNS[1:], limit=LIMIT)


def test_long_names_stand_in_a_key_and_short_ones_on_the_codes(codes):
    def on_planes_and_beside(class_names):
        look = {"class_names": class_names, "limit": LIMIT, **LOOK}
        figure = planes.draw(RUNS, codes.label, **look)
        squares = [axes for axes in figure.axes if axes.get_xlabel() == "$z_1$"]
        inside = [text.get_text() for axes in squares for text in axes.texts]
        return class_names[0] in inside, class_names[0] in [t.get_text() for t in figure.texts]

    assert on_planes_and_beside(CLASSES) == (False, True)
    assert on_planes_and_beside(("a", "b", "c")) == (True, False)


def test_marks_lie_at_their_aurocs_with_the_mean_last(figures):
    axes = figures["anomaly"].axes[0]
    marks = {line.get_label(): line.get_xdata() for line in axes.lines}
    np.testing.assert_allclose(marks[ELBO], [0.9, 0.2, np.nan, 0.55])
    np.testing.assert_allclose(marks[RELATIVE], [0.95, 0.75, np.nan, 0.85])
    assert [label.get_text() for label in axes.get_yticklabels()] == [*CLASSES, "mean"]


def test_published_values_are_hollow_marks_in_their_rows(figures):
    (line,) = (a for a in figures["anomaly"].axes[0].lines if a.get_label() == "published")
    assert list(line.get_xdata()) == [0.73, 0.855]
    assert list(line.get_ydata()) == [1, 3]
    assert line.get_markerfacecolor() == "none"


def test_no_auroc_is_cut_off(figures):
    assert figures["anomaly"].axes[0].get_xlim()[0] <= 0.2


def test_without_pairs_and_published_values_there_is_one_panel_and_no_mark_for_them():
    figure = anomaly.draw(AUROCS, class_names=CLASSES, published={}, pairs={}, **LOOK)
    (axes,) = figure.axes
    assert "published" not in [line.get_label() for line in axes.lines]
    assert axes.get_xlabel()


def test_the_caption_says_what_the_correction_changes():
    said = anomaly.caption(AUROCS, class_names=CLASSES, published=PUBLISHED, pairs=PAIRS)
    assert "−ELBO reaches 0.550 in the mean (published: 0.855)" in said
    assert "changes one most, from 0.20 to 0.75" in said
    assert "Without it one passes for more normal" in said
    assert "With it the hardest is one (0.75)" in said
    assert f"Best in the mean is {RELATIVE} (0.850)" in said
    assert "shown those, −ELBO reaches 0.97, less H(x) 0.97, as a multiple 0.97." in said


def test_classes_below_chance_are_named_only_if_there_are():
    above = AUROCS | {ELBO: np.array([0.9, 0.6, np.nan])}
    said = anomaly.caption(above, class_names=CLASSES, published={}, pairs={})
    assert "no class scores below chance" in said
    assert "published" not in said
