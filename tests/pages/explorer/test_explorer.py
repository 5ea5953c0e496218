"""What a reader can do with an explorer, in a real browser."""

import re

import numpy as np
import pytest
import torch
from scipy.special import ndtri

from tests.pages.explorer.drive import (
    CIRCLE,
    KINDS,
    draw,
    encoded,
    labels,
    pixels,
    place,
    still,
    until,
    write,
    z,
)

# --- what a reader does ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_before_any_click_a_digit_is_decoded_and_two_sentences_explain(explorer, kind):
    page = explorer(kind)
    assert pixels(page, "#decoded").max() > 128
    words = page.locator("header p").first.inner_text()
    assert len(re.findall(r"[.:](?:\s|$)", words)) >= 2
    assert len(labels(page)) == 8


def test_the_image_under_the_cursor_is_decoded_there(explorer, models):
    page = explorer("plane")
    x, y = place(page, "#marks", 0.6, 0.6)
    page.mouse.move(x, y)
    still(page)
    here = z(page)
    assert (here > 0).all()
    with torch.no_grad():
        mean = models["plane"].decode(torch.tensor(here, dtype=torch.float32)[None]).mean[0]
    assert np.abs(pixels(page, "#decoded") - 255 * mean.numpy()).max() <= 1
    page.mouse.move(x + 40, y)
    still(page)
    assert z(page)[0] > here[0]
    assert z(page)[1] == pytest.approx(here[1], abs=1e-6)


def test_leaving_the_map_returns_to_the_kept_place(explorer):
    page = explorer("plane")
    page.mouse.click(*place(page, "#marks", 0.4, 0.7))
    still(page)
    kept = z(page)
    page.mouse.move(*place(page, "#marks", 0.8, 0.2))
    still(page)
    assert not np.allclose(z(page), kept)
    page.mouse.move(*place(page, "h1", 0.5, 0.5))
    still(page)
    assert np.allclose(z(page), kept)


def test_far_from_the_data_the_page_says_so(explorer):
    page = explorer("plane")
    assert page.locator("#far").is_hidden()
    page.mouse.click(*place(page, "#marks", 0.98, 0.98))
    still(page)
    assert page.locator("#far").is_visible()


def test_arrow_keys_move_the_cross_right_and_up(explorer):
    page = explorer("plane")
    page.locator("#marks").focus()
    before = z(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    still(page)
    moved = z(page) - before
    assert moved[0] == pytest.approx(8 * 0.02, abs=1e-3)
    assert moved[1] == pytest.approx(8 * 0.1, abs=1e-3)


def test_a_screen_reader_is_told_where_the_cross_rests(explorer):
    page = explorer("plane")
    page.locator("#marks").focus()
    page.keyboard.press("ArrowRight")
    still(page)
    place = page.locator("#place").inner_text()
    until(page, f"document.getElementById('told').textContent.startsWith('{place}.')")
    told = page.locator("#told").inner_text()
    assert told.startswith("z = (")
    assert ", ".join(labels(page)) in told


def test_a_finger_moves_the_cross(explorer):
    page = explorer("plane", has_touch=True, viewport={"width": 390, "height": 800})
    before = z(page)
    page.touchscreen.tap(*place(page, "#marks", 0.7, 0.3))
    still(page)
    assert not np.allclose(z(page), before)
    assert z(page)[0] > 0 > z(page)[1]


def test_every_layer_can_be_switched(explorer):
    page = explorer("plane")

    def ink_of_map():
        still(page)
        return pixels(page, "#map")

    page.uncheck("#colours")
    shown = ink_of_map()
    page.uncheck("#dots")
    without_dots = ink_of_map()
    assert (shown != without_dots).any()
    page.check("#tiles")
    page.wait_for_timeout(300)
    assert (ink_of_map() != without_dots).mean() > 0.5
    page.uncheck("#tiles")
    page.check("#dots")
    assert (ink_of_map() == shown).all()
    page.check("#colours")
    assert (ink_of_map() != shown).any()


def test_a_tile_shows_what_its_middle_decodes_to(explorer, models):
    """On the unit square the tiles are those of the manifold: z₁ to the right, z₂ up."""
    page = explorer("plane")
    page.uncheck("#dots")
    page.check("#square")
    page.check("#tiles")
    page.wait_for_timeout(300)
    n, (row, column) = 6, (1, 4)
    code = torch.tensor([[ndtri((column + 0.5) / n), ndtri(1 - (row + 0.5) / n)]]).float()
    with torch.no_grad():
        mean = models["plane"].decode(code).mean[0].numpy()
    left, top = place(page, "#marks", 0, 1)
    box = page.evaluate("frameOf(document.getElementById('map').clientWidth, explorer.state.view)")
    tile = box["side"] / n
    picture = pixels(page, "#map")
    middles = (np.arange(8) + 0.5) * tile / 8
    across = np.round(box["left"] + column * tile + middles).astype(int)
    down = np.round(box["top"] + row * tile + middles).astype(int)
    shown = picture[np.ix_(down, across)] / 255
    assert np.corrcoef(shown.ravel(), mean.ravel())[0, 1] > 0.95
    page.mouse.move(left + float(across[4]), top + float(down[4]))
    still(page)
    assert z(page) == pytest.approx(code[0].numpy(), abs=0.2)


def test_picking_out_a_class_leaves_its_neighbours_only(explorer):
    page = explorer("plane")
    page.locator("#chips button", has_text="3").click()
    still(page)
    assert set(labels(page)) == {"3"}
    page.locator("#chips button", has_text="3").click()
    page.mouse.click(*place(page, "#marks", 0.5, 0.5))
    still(page)
    assert len(set(labels(page))) > 1


def test_a_nearest_image_can_be_gone_to(explorer):
    page = explorer("plane")
    page.mouse.click(*place(page, "#marks", 0.5, 0.5))
    still(page)
    third = page.locator("#near button").nth(2)
    name = third.get_attribute("aria-label")
    third.click()
    still(page)
    assert page.locator("#near button").first.get_attribute("aria-label") == name


def test_a_walk_plays_there_and_pauses(explorer):
    page = explorer("plane")
    page.mouse.click(*place(page, "#marks", 0.35, 0.6))
    page.locator("#setA").click()
    start = z(page)
    page.mouse.click(*place(page, "#marks", 0.65, 0.4))
    page.locator("#setB").click()
    end = z(page)
    page.locator("#play").click()
    until(page, "+document.getElementById('walk').value > 0.15")
    page.locator("#play").click()
    still(page)
    share = float(page.locator("#walk").input_value())
    assert 0.15 < share < 1
    assert z(page) == pytest.approx((1 - share) * start + share * end, abs=1e-4)
    page.wait_for_timeout(150)
    assert float(page.locator("#walk").input_value()) == share


def test_a_walk_can_be_scrubbed_by_the_keyboard(explorer):
    page = explorer("plane")
    ends = page.evaluate("['A', 'B'].map((name) => Array.from(explorer.state.ends[name].z))")
    page.locator("#walk").focus()
    page.keyboard.press("End")
    still(page)
    assert z(page) == pytest.approx(ends[1], abs=1e-5)
    page.keyboard.press("Home")
    still(page)
    assert z(page) == pytest.approx(ends[0], abs=1e-5)


def test_those_who_asked_for_less_motion_see_steps(explorer):
    page = explorer("plane", reduced_motion="reduce")
    page.locator("#play").click()
    until(page, "+document.getElementById('walk').value > 0")
    page.locator("#play").click()
    assert float(page.locator("#walk").input_value()) == pytest.approx(0.1)


@pytest.mark.parametrize("kind", ["plane", "map"])
def test_a_drawn_circle_is_recognised_as_a_zero(explorer, kind):
    page = explorer(kind)
    draw(page, CIRCLE)
    assert labels(page).count("0") >= 6
    seen, rebuilt = pixels(page, "#seen"), pixels(page, "#rebuilt")
    assert seen.shape == rebuilt.shape == (8, 8)
    assert seen[3:5, 3:5].mean() < seen[:, 1:3].mean()  # a hole in the middle
    assert "σ" in page.locator("#posterior").inner_text()
    page.locator("#clear").click()
    assert page.locator("#answer").is_hidden()
    assert pixels(page, "#pad").max() == 0


def test_the_ellipse_of_a_drawing_has_its_true_size(explorer):
    page = explorer("plane")
    draw(page, CIRCLE)
    mean, sigma, ring, limit = page.evaluate(
        """() => {
          const { state, data } = explorer;
          const { mean, sigma } = state.posterior;
          return [Array.from(mean), Array.from(sigma),
                  ellipse(state.view, mean, sigma), data.limit];
        }"""
    )
    ring = (2 * np.array(ring) - 1) * limit
    assert np.ptp(ring, axis=0) == pytest.approx(2 * np.array(sigma), rel=1e-3)
    assert (ring.max(axis=0) + ring.min(axis=0)) / 2 == pytest.approx(mean, abs=1e-3)


def test_who_cannot_draw_takes_a_test_image(explorer):
    page = explorer("plane")
    page.locator("#try").focus()
    page.keyboard.press("Enter")
    still(page)
    assert (pixels(page, "#seen") == pixels(page, "#near button:first-child canvas")).all()


def test_a_drawing_is_encoded_anew_as_another_class(explorer):
    page = explorer("conditional")
    draw(page, CIRCLE)
    before = page.locator("#posterior").inner_text()
    page.locator("#classes button").nth(0).click()
    still(page)
    assert page.locator("#posterior").inner_text() != before
    assert pixels(page, "#rebuilt").tolist() == pixels(page, "#decoded").tolist()


def test_a_class_without_an_image_on_the_page_is_told(models, digits, opened, tmp_path):
    page = opened(write(tmp_path / "a.html", models["plane"], digits, images=5), "body[data-ready]")
    kept = set(page.evaluate("explorer.data.labels"))
    absent = next(label for label in range(10) if label not in kept)
    page.locator("#chips button").nth(absent).click()
    still(page)
    assert page.locator("#none").is_visible()
    page.locator("#clear").click()
    page.locator("#try").click()
    still(page)
    assert page.locator("#answer").is_hidden()


def test_keys_of_the_browser_stay_the_browser_s(explorer):
    page = explorer("plane")
    page.locator("#marks").focus()
    page.keyboard.press("ArrowRight")
    ends = page.evaluate("JSON.stringify(explorer.state.ends)")
    page.keyboard.press("Control+a")
    assert page.evaluate("JSON.stringify(explorer.state.ends)") == ends
    page.keyboard.press("A")
    assert page.evaluate("JSON.stringify(explorer.state.ends)") != ends


def test_a_conditional_model_shows_every_class_at_one_code(explorer, models):
    page = explorer("conditional")
    page.mouse.click(*place(page, "#marks", 0.55, 0.45))
    still(page)
    code = torch.tensor(z(page), dtype=torch.float32).expand(10, 2)
    with torch.no_grad():
        means = models["conditional"].decode(code, torch.arange(10)).mean.numpy()
    for k in range(10):
        shown = pixels(page, f"#classes button:nth-child({k + 1}) canvas")
        assert np.abs(shown - 255 * means[k]).max() <= 1
    page.locator("#classes button").nth(4).click()
    still(page)
    assert np.abs(pixels(page, "#decoded") - 255 * means[4]).max() <= 1
    assert set(labels(page)) == {"4"}
    assert page.locator("#chips button").nth(4).get_attribute("aria-pressed") == "true"


def test_on_a_map_the_nearest_image_sets_the_sliders(explorer, models, digits):
    page = explorer("map")
    page.mouse.click(*place(page, "#marks", 0.3, 0.6))
    still(page)
    shown = z(page)
    index = int(page.locator("#near button").first.get_attribute("data-image"))
    original = page.evaluate("(i) => explorer.arrays.index.values[i]", index)
    assert shown == pytest.approx(encoded(models["map"], digits.test).mean[original], abs=2e-3)
    sliders = page.locator(".axis input").evaluate_all("(all) => all.map((s) => +s.value)")
    axes = [axis["axis"] for axis in page.evaluate("explorer.data.axes")]
    assert sliders == pytest.approx(np.clip(shown, -4, 4)[axes], abs=0.01)
    costs = [axis["kl"] for axis in page.evaluate("explorer.data.axes")]
    assert costs == sorted(costs, reverse=True)


def test_a_slider_changes_its_number_and_the_image(explorer):
    page = explorer("map")
    before, image = z(page), pixels(page, "#decoded")
    page.locator(".axis input").first.focus()
    page.keyboard.press("End")
    still(page)
    axis = page.evaluate("explorer.data.axes[0].axis")
    changed = z(page) != before
    assert changed.tolist() == [i == axis for i in range(5)]
    assert z(page)[axis] == 4
    assert (pixels(page, "#decoded") != image).any()


def test_on_a_map_the_arrows_go_from_image_to_image(explorer):
    page = explorer("map")
    page.mouse.click(*place(page, "#marks", 0.3, 0.5))
    page.locator("#marks").focus()

    def u():
        still(page)
        return page.evaluate("explorer.state.view.to(explorer.state.here.z)[0]")

    before = u()
    page.keyboard.press("ArrowRight")
    right = u()
    page.keyboard.press("ArrowLeft")
    assert right > before
    assert right > u()


# --- a place in the address ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["conditional", "map"])
def test_an_address_leads_to_the_place_class_and_image_it_was_taken_from(explorer, kind):
    page = explorer(kind)
    page.locator("#try").click()
    page.locator("#chips button").nth(7).click()
    page.mouse.click(*place(page, "#marks", 0.4, 0.7))
    still(page)
    until(page, "location.hash.includes('class=7')")
    kept, image = z(page), page.evaluate("explorer.state.image")
    page = explorer(kind, at=page.evaluate("location.hash"))
    assert z(page) == pytest.approx(kept, abs=1e-4)
    assert page.evaluate("[explorer.state.image, explorer.state.picked]") == [image, 7]


def test_a_page_follows_its_address(explorer):
    page = explorer("plane")
    page.evaluate("location.hash = '#z=0.5,-1.25'")
    until(page, "explorer.state.here.z[0] === 0.5 && explorer.state.here.z[1] === -1.25")


def test_what_an_address_says_in_vain_is_passed_over(explorer):
    page = explorer("plane")
    before = z(page)
    page.evaluate("location.hash = '#z=1,banana&class=none&image=99999&more'")
    page.wait_for_timeout(100)
    assert z(page) == pytest.approx(before)
    assert page.evaluate("explorer.state.picked") is None


# --- for everyone ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_axe_finds_nothing_serious_by_day_and_night(explorer, accessible, kind):
    page = explorer(kind, color_scheme="light")
    page.locator("summary").evaluate_all("(all) => all.forEach((s) => s.click())")
    draw(page, CIRCLE)
    accessible(page)
    page.emulate_media(color_scheme="dark")
    accessible(page)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_the_screen_whatever_its_width_becomes(explorer, kind):
    page = explorer(kind, viewport={"width": 360, "height": 800})
    draw(page, CIRCLE)
    for width in (360, 1600, 768):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"innerWidth == {width}")
        page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")


def test_the_night_has_its_own_colours(explorer):
    day, night = (pixels(explorer("plane", color_scheme=s), "#map") for s in ("light", "dark"))
    assert np.median(day) > 200 > 60 > np.median(night)
