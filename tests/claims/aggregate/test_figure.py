"""The figure of codes against the prior: cells in their place, holes marked, words by number."""

import numpy as np
import pytest

from claims.aggregate import figure as aggregate
from claims.aggregate.measure import ByChance, PriorMismatch, Surgery, coverage, histogram
from vae.latent import prior_samples, to_unit_square

LOOK = {"title": "Codes against the prior: data", "dpi": 100}
CORNER = np.array([[2.0, -2.0]] * 30 + [[-2.0, 2.0]] * 10)


def mismatch(z, information=2.0, latent=2):
    n = len(z)
    even = ByChance(coverage(histogram(prior_samples(n, 2, 0), 4)), np.array([0.012, 0.034]))
    covers = (coverage(histogram(z, 4)), even)
    surgery = Surgery(5.0, information, 5.0 - information, 0.05)
    return PriorMismatch(
        n, surgery, np.full(latent, 0.25), *(covers if latent == 2 else (None, None))
    )


def words_on(figure):
    return [text.get_text() for text in figure.texts]


def test_a_code_lies_in_the_cell_that_is_drawn_at_its_probability():
    image = aggregate.draw({"a": mismatch(CORNER)}, **LOOK).axes[0].images[0]
    right, up = to_unit_square(CORNER[0])
    assert image.get_extent() == [0, 1, 0, 1]
    assert image.origin == "upper"
    cells = image.get_array()
    assert cells[int((1 - up) * 4), int(right * 4)] == 0.75 * 16
    assert cells[0, 0] == 0.25 * 16


def test_holes_have_a_colour_that_no_ratio_has():
    image = aggregate.draw({"a": mismatch(CORNER)}, **LOOK).axes[0].images[0]
    assert image.get_array().mask.sum() == 14
    hole = image.cmap(np.ma.masked)
    ratios = image.cmap(image.norm(np.geomspace(1e-3, 1e3, 100)))
    assert np.abs(ratios - hole).max(axis=1).min() > 0.1


def test_the_colours_diverge_evenly_around_the_prior():
    norm = aggregate.draw({"a": mismatch(CORNER)}, **LOOK).axes[0].images[0].norm
    assert norm(1) == pytest.approx(0.5)
    assert norm(2) + norm(0.5) == pytest.approx(1)


def test_every_plane_has_a_panel_and_the_prior_one_more():
    models = {"a": mismatch(CORNER), "deep": mismatch(CORNER, latent=5), "b": mismatch(CORNER[::2])}
    figure = aggregate.draw(models, **LOOK)
    titles = [axes.get_title("left") for axes in figure.axes if axes.images]
    assert titles == ["a", "b", "as many draws from the prior"]
    assert {"a", "deep", "b", "the prior, by chance", "0.012 to 0.034"} <= set(words_on(figure))


def test_models_of_other_dimension_have_a_table_alone():
    figure = aggregate.draw({"deep": mismatch(CORNER, latent=5)}, **LOOK)
    assert not figure.axes
    assert "the prior, by chance" not in words_on(figure)


def test_the_table_holds_the_numbers():
    words = words_on(aggregate.draw({"a": mismatch(CORNER)}, **LOOK))
    assert "2.00 of 3.69" in words  # log 40
    assert "3.00 ± 0.05" in words
    assert "87.5%" in words  # 14 of 16 cells


def test_a_bound_is_marked_where_codes_are_too_few():
    few = {"deep": mismatch(CORNER, 3.5, latent=5)}
    assert "≤ 1.50 ± 0.05" in words_on(aggregate.draw(few, **LOOK))
    assert "upper bound" in aggregate.caption(few)
    assert "upper bound" not in aggregate.caption({"deep": mismatch(CORNER, 2.0, latent=5)})


def test_words_compare_holes_with_chance():
    even = prior_samples(40, 2, 0)
    assert "87.5% of the prior falls into holes, more than" in aggregate.caption(
        {"a": mismatch(CORNER)}
    )
    assert "falls into holes, no more than" in aggregate.caption({"a": mismatch(even)})


def test_nothing_is_cut_off_or_covered():
    models = {"a": mismatch(CORNER), "a_longer_name": mismatch(CORNER, 3.5, latent=5)}
    figure = aggregate.draw(models, **LOOK)
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    boxes += [text.get_window_extent() for text in figure.texts if text.get_text()]
    assert all(figure.bbox.containsx(b.x0) and figure.bbox.containsx(b.x1) for b in boxes)
    assert all(figure.bbox.containsy(b.y0) and figure.bbox.containsy(b.y1) for b in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
