"""The figure of the ELBO's gap: its bars, its levels and its words follow the numbers."""

import numpy as np
import pytest

from claims.gaps import figure as gaps
from claims.gaps.measure import GapSummary
from vae.files import records

CLASSES = ("Trouser", "Ankle boot", "Bag")
LOOK = {"class_names": CLASSES, "title": "The gap: data", "dpi": 100}


def summary(approximation, amortisation, estimates=(-104.0, -101.0), error=0.2):
    """Two images of class 0, two of class 2 and none of class 1; log p(x) is −100."""
    return GapSummary(
        np.array(approximation, float),
        np.array(amortisation, float),
        np.array([0, 0, 2, 2]),
        exact=-100.0,
        grid=600,
        ks=np.array([10, 100]),
        estimates=np.array(estimates),
        errors=np.array([0.4, error]),
        defensive=np.array([-103.0, -100.5]),
        prior_share=0.5,
        all_images=10_000,
        all_exact=-99.0,
        all_defensive=-99.25,
    )


@pytest.fixture
def models():
    return {"a": summary([1, 1, 2, 4], [2, 4, 6, 0]), "b": summary([0, 0, 0, 0], [1, 1, 1, 1])}


def test_bars_are_the_mean_parts_of_all_and_of_each_class_that_has_images(models):
    axes = gaps.draw(models, **LOOK).axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    amortisation, approximation = (
        [bar.get_width() for bar in bars] for bars in axes.containers[:2]
    )
    assert names == ["all images", "Trouser", "Bag"]
    assert amortisation == [3, 3, 3]
    assert approximation == [2, 1, 3]
    assert [text.get_text() for text in axes.texts] == ["5.0", "4.0", "6.0"]


def test_the_second_part_begins_where_the_first_ends(models):
    first, second = gaps.draw(models, **LOOK).axes[0].containers[:2]
    assert [bar.get_x() for bar in second] == [bar.get_width() for bar in first]


def test_models_share_a_scale_and_have_a_row_each(models):
    axes = gaps.draw(models, **LOOK).axes
    assert [a.get_title("left").split(":")[0] for a in axes] == ["a", "a", "b", "b"]
    assert axes[0].get_xlim() == axes[2].get_xlim()


def test_the_estimates_stand_above_the_levels_that_they_approach(models):
    axes = gaps.draw(models, **LOOK).axes[1]
    estimates, best, exact = levels(axes)
    assert estimates == [104, 101]
    assert (best, exact) == (102, 100)  # approximation costs 2 on average
    low, high = axes.get_ylim()
    assert low < 100
    assert high > 105  # the ELBO


def levels(axes):
    """What the curve and the two lines across show."""
    curve = axes.containers[0].lines[0].get_ydata()
    across = [line.get_ydata()[0] for line in axes.lines if list(line.get_xdata()) == [0, 1]]
    return [list(curve), *across]


def test_error_bars_are_one_standard_error(models):
    bars = gaps.draw(models, **LOOK).axes[1].containers[0].lines[2][0].get_segments()
    assert [np.ptp(bar[:, 1]) for bar in bars] == pytest.approx([0.8, 0.4])


def test_a_single_sample_has_neither_spread_nor_one_from_the_prior():
    one = summary([1] * 4, [3] * 4)._replace(ks=np.array([1, 100]), errors=np.array([np.nan, 0.2]))
    axes = gaps.draw({"a": one}, **LOOK).axes[1]
    (defensive,) = (line for line in axes.lines if line.get_label() == "50% from the prior")
    assert list(defensive.get_xdata()) == [100]
    drawn = [bar for bar in axes.containers[0].lines[2][0].get_segments() if len(bar)]
    assert [bar[0, 0] for bar in drawn if np.isfinite(bar).all()] == [100]


def test_what_was_measured_comes_back_from_its_file(tmp_path):
    whole = summary([1, 2, 3, 4], [3] * 4)
    records.save(whole, tmp_path / "a.npz")
    for kept, back in zip(whole, records.load(GapSummary, tmp_path / "a.npz"), strict=True):
        assert type(kept) is type(back)
        np.testing.assert_array_equal(kept, back)


def test_the_worst_images_hold_their_share_of_the_gap():
    assert summary([0, 0, 0, 0], [1, 6, 2, 1]).worst(0.25) == 0.6


def test_words_name_the_larger_part():
    assert "and more than that, 3.00" in gaps.caption({"a": summary([1] * 4, [3] * 4)})
    assert "and no more than that, 0.50" in gaps.caption({"a": summary([1] * 4, [0.5] * 4)})


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (-100.3, "agrees with the truth, 0.30 nats away"),
        (-101.0, "1.00 nats below the truth, though its own standard error is 0.20"),
        (-99.0, "1.00 nats above the truth."),
    ],
)
def test_words_say_how_near_the_last_estimate_comes(last, words):
    caption = gaps.caption({"a": summary([1] * 4, [3] * 4, (-104.0, last))})
    assert words in caption
    whole = "0.25 over the whole test set (−99.25 against −99.00, 10,000 images)."
    assert f"With 50% of them from the prior it is 0.50 nats away, and {whole}" in caption


def test_a_model_without_a_gap_can_be_drawn_and_described():
    none = {"a": summary([0] * 4, [0] * 4, (-100.0, -100.0))}
    assert gaps.draw(none, **LOOK).axes[0].get_xlim()[1] > 0
    assert "a tenth" not in gaps.caption(none)


def test_nothing_is_cut_off_or_covered(models):
    figure = gaps.draw(models, **LOOK)
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    assert all(figure.bbox.containsx(b.x0) and figure.bbox.containsx(b.x1) for b in boxes)
    assert all(figure.bbox.containsy(b.y0) and figure.bbox.containsy(b.y1) for b in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
