"""Text in the room there is: measured as it is drawn, shortened, never a formula by accident."""

import pytest
from matplotlib.figure import Figure

from figures.style import styled
from figures.text import NAME_ROOM, beside_rows, fit, literal, over_columns, text_width
from tests.figures.drawing import FASHION, LONG


@styled
def drawn_width(text, size=8, weight="normal", dpi=100, **style):
    """In units of 1/100 inch."""
    figure = Figure(dpi=dpi)
    figure.text(0, 0, text, size=size, weight=weight, **style)
    return figure.texts[0].get_window_extent().width * 100 / dpi


@pytest.mark.parametrize("dpi", [75, 100, 120, 200])
@pytest.mark.parametrize("text", [*FASHION, LONG[0], r"\$x_1\$", "$z_{1}$   0.53 nats"])
def test_a_text_is_no_wider_than_measured(text, dpi):
    measured = text_width(text, 9, "bold")
    assert 0.8 * measured < drawn_width(text, 9, "bold", dpi) <= measured + 1


@pytest.mark.parametrize("name", ["$x_1$", "$5", "a$b$c$d", r"\$", "100 % $\\alpha$"])
def test_a_literal_name_shows_every_character(name):
    assert drawn_width(literal(name)) == drawn_width(name, parse_math=False)


def test_a_text_that_fits_is_left_alone():
    assert fit("Ankle boot", 100, 8) == "Ankle boot"


@pytest.mark.parametrize("room", [30, 50, 112, 300])
@pytest.mark.parametrize("name", [LONG[0], "$" * 60, "W" * 60])
def test_a_long_text_is_shortened_to_its_room_and_fills_it(name, room):
    shown = fit(name, room, 8)
    assert drawn_width(shown) <= room
    assert drawn_width(shown) > 0.7 * room - 10
    assert "…" in shown


def test_a_shortened_text_keeps_both_ends():
    shown = fit("The manifold of something long: model on data", 150, 8)
    assert shown.startswith("The man")
    assert shown.endswith(" data")


def test_where_nothing_fits_nothing_is_shown():
    assert fit("word", 3, 8) == ""


def test_names_stand_level_over_columns_if_all_of_them_fit():
    level = over_columns(("Bag", "Coat"), 40)
    assert (level.texts, level.rotation) == (["Bag", "Coat"], 0)
    upright = over_columns(FASHION, 40)
    assert (upright.texts, upright.rotation) == (list(FASHION), 90)
    assert upright.room > 3 * level.room


def test_names_beside_rows_take_no_more_than_their_room():
    names = beside_rows(LONG)
    assert names.room <= NAME_ROOM
    assert len(set(names.texts)) == len(LONG)
