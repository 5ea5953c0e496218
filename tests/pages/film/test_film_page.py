"""What a reader can do with the page of a film, in a real browser."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from figures.style import palette
from pages.film.contents import contents
from pages.render import render
from tests.figures.drawing import CLASSES, LIMIT, clusters, training
from tests.pages.explorer.drive import pixels, place, still, until
from tests.project import ROOT
from vae.files.dataset import Classes

LOSS = [500.0, 251.75, 170.1667, 130.25, 107.0]
KINDS = {"plane": 0, "conditional": 3, "sweep": 0}
WEIGHTS = [0.0, 0.1, 1.0, 4.0, 10.0]


@pytest.fixture(scope="session")
def shown():
    return {kind: training(clusters(3), classes) for kind, classes in KINDS.items()}


@pytest.fixture(scope="session")
def files(shown, tmp_path_factory):
    folder = tmp_path_factory.mktemp("films")
    for kind, film in shown.items():
        weights = WEIGHTS if kind == "sweep" else ()
        values = contents(
            film, Classes("data", CLASSES), title="A film", limit=LIMIT, weights=weights
        )
        shared = ROOT / "pages/shared.css"
        text = render(ROOT / "pages/film", shared, **values)
        (folder / f"{kind}.html").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def film(opened, files):
    """A page of one kind; it rests at the last moment, unless motion is asked for."""

    def open_(kind="plane", reduced_motion="reduce", **options):
        file = files / f"{kind}.html"
        page = opened(file, "body[data-ready]", reduced_motion=reduced_motion, **options)
        still(page)
        return page

    return open_


def moment(page):
    return int(page.locator("#moment").input_value())


def test_at_rest_it_shows_the_last_moment_with_its_numbers(film):
    page = film()
    assert moment(page) == 4
    assert page.locator("#name").inner_text() == "1,600"
    assert [page.locator(f"#{i}").inner_text() for i in ("loss", "reconstruction", "kl")] == [
        "107.0",
        "100.0",
        "7.0",
    ]


def test_of_weights_of_the_kl_each_is_a_moment_with_its_name(film):
    page = film("sweep")
    page.locator("#moment").focus()
    assert page.locator(".now").first.inner_text() == "β = 10"
    page.keyboard.press("ArrowLeft")
    assert page.locator(".now").first.inner_text() == "β = 4"
    assert (
        page.locator("#moment").get_attribute("aria-valuetext").startswith("β 4, −ELBO 130.3 nats")
    )
    page.keyboard.press("Home")
    assert page.locator(".now").first.inner_text() == "β = 0"
    assert "step" not in page.locator("main").inner_text().lower()


def test_it_begins_by_itself_plays_to_the_end_and_rests(film):
    page = film(reduced_motion="no-preference")
    assert page.locator("#play").inner_text() == "Pause"
    assert moment(page) < 4
    until(page, "film.state.at > 0.2")
    page.evaluate("film.state.at = 3.9")
    until(page, "film.state.at === 4")
    assert page.locator("#play").inner_text() == "Play"
    page.locator("#play").click()
    assert page.evaluate("film.state.at") < 2


def test_it_pauses_at_a_moment_that_was_kept(film):
    page = film(reduced_motion="no-preference")
    until(page, "film.state.at > 0.2")
    page.locator("#play").click()
    held = page.evaluate("film.state.at")
    assert held == moment(page)
    page.wait_for_timeout(200)
    assert page.evaluate("film.state.at") == held


def test_those_who_asked_for_less_motion_see_moment_after_moment(film):
    page = film()
    page.locator("#play").click()
    places = []
    for _ in range(20):
        places.append(page.evaluate("film.state.at"))
        page.wait_for_timeout(100)
    assert {float(at).is_integer() for at in places} == {True}
    assert 1 in places


def test_keys_go_from_moment_to_moment_and_play(film):
    page = film()
    page.locator("#moment").focus()
    page.keyboard.press("ArrowLeft")
    assert moment(page) == 3
    assert page.locator("#moment").get_attribute("aria-valuetext") == "step 900, −ELBO 130.3 nats"
    page.keyboard.press("Home")
    assert (moment(page), page.locator("#loss").inner_text()) == (0, "500.0")
    page.keyboard.press(" ")
    assert page.locator("#play").inner_text() == "Pause"
    page.keyboard.press(" ")
    assert page.locator("#play").inner_text() == "Play"


@pytest.mark.parametrize("at", [0, 2, 4])
def test_the_pictures_are_those_of_the_moment(film, shown, at):
    page = film()
    page.evaluate("(at) => film.player.go(at)", at)
    still(page)
    tiles = pixels(page, "#pictures").reshape(3, 8, 3, 8).swapaxes(1, 2)
    assert np.abs(tiles - shown["plane"].pictures[at]).max() <= 17 / 2 + 0.5


def test_a_dot_lies_at_its_code_in_the_colour_of_its_class(film, shown):
    page = film()
    film_ = shown["plane"]
    codes = film_.mean[4].astype(float)
    alone = np.linalg.norm(codes, axis=1).argmax()  # the outermost, under no name
    code, label = codes[alone], film_.label[alone]
    seen = page.evaluate(
        """([x, y]) => {
          const canvas = document.getElementById("plane");
          const frame = frameOf(canvas.clientWidth, film.screen.viewAt(4));
          const [left, top] = frame.at([(x + 4) / 8, (y + 4) / 8]);
          const context = canvas.getContext("2d");
          return [...context.getImageData(Math.round(left) - 1, Math.round(top) - 1, 2, 2).data];
        }""",
        [float(value) for value in code],
    )
    seen = np.array(seen).reshape(4, 4)[:, :3]
    expected = np.array([int(to_hex(palette(3)[label])[i : i + 2], 16) for i in (1, 3, 5)])
    assert np.abs(seen - expected).max(axis=1).min() < 60  # a dot is not quite opaque


def test_between_two_moments_a_dot_is_on_the_straight_way(film, shown):
    page = film()
    u, v = page.evaluate("[...film.screen.viewAt(2.25).points.slice(0, 2)]")
    mean = shown["plane"].mean[:, 0].astype(float)
    expected = (0.75 * mean[2] + 0.25 * mean[3] + LIMIT) / (2 * LIMIT)
    assert (u, v) == pytest.approx(expected, abs=1e-6)


def test_a_click_or_a_finger_on_the_curves_sets_the_place(film):
    page = film()
    width = page.locator("#marks").bounding_box()["width"]
    share = (46 + (width - 46 - 14) * 0.25) / width
    page.mouse.click(*place(page, "#marks", share, 0.5))
    assert moment(page) == 1
    page = film(has_touch=True, viewport={"width": 390, "height": 800})
    page.touchscreen.tap(*place(page, "#marks", 0.05, 0.5))
    assert moment(page) == 0


def test_a_class_can_be_picked_out(film):
    page = film()
    page.evaluate("film.player.go(4)")  # corners are round from the second time on
    still(page)
    every = pixels(page, "#plane")
    chip = page.locator("#chips button").nth(1)
    chip.click()
    still(page)
    assert chip.get_attribute("aria-pressed") == "true"
    assert (pixels(page, "#plane") != every).any()
    chip.click()
    still(page)
    assert chip.get_attribute("aria-pressed") == "false"
    assert (pixels(page, "#plane") == every).all()


def test_classes_are_named_once_they_are_apart(film):
    page = film()
    page.evaluate(
        """() => {
          const { fillText } = CanvasRenderingContext2D.prototype;
          globalThis.words = [];
          CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
            words.push(text);
            fillText.call(this, text, ...rest);
          };
        }"""
    )
    for at, named in ((0, set()), (4, set(CLASSES))):
        page.evaluate("(at) => { words.length = 0; film.player.go(at); }", at)
        still(page)
        assert set(CLASSES) & set(page.evaluate("words")) == named


def test_the_columns_of_a_conditional_model_are_its_classes(film):
    assert film("conditional").locator(".columns li").all_inner_texts() == list(CLASSES)
    assert film("plane").locator(".columns").count() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious_by_day_and_night(film, accessible, kind):
    page = film(kind, color_scheme="light")
    page.locator("summary").evaluate_all("(all) => all.forEach((s) => s.click())")
    accessible(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    accessible(page)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_the_screen_whatever_its_width_becomes(film, kind):
    page = film(kind, viewport={"width": 360, "height": 800})
    for width in (360, 1600, 768):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"innerWidth == {width}")
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def test_the_night_has_its_own_colours(film):
    day, night = (pixels(film(color_scheme=s), "#plane") for s in ("light", "dark"))
    assert np.median(day) > 200 > 60 > np.median(night)


def test_the_words_of_the_page_say_how_much_is_shown(film):
    words = film().locator("header").inner_text()
    assert "90 test images" in words
    assert "5 moments" in words
