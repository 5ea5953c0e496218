"""What a reader can do with a cloud of three axes, in a real browser."""

import numpy as np
import pytest
import torch

from figures.cloud import turned
from tests.pages.explorer.drive import draw, labels, pixels, place, still, until, z

STROKE = [(0.5, 0.2), (0.5, 0.8)]


@pytest.fixture
def cloud(explorer):
    """The page; it stands still unless motion is asked for."""

    def open_(reduced_motion="reduce", **options):
        return explorer("cloud", reduced_motion=reduced_motion, **options)

    return open_


def angles(page):
    return page.evaluate("[explorer.state.view.turn, explorer.state.view.tilt]")


def seen(page):
    """Where every image is on the screen, and how near: from 0 to 1."""
    flat = page.evaluate("[...explorer.state.view.points]")
    return np.array(flat).reshape(-1, 2), np.array(page.evaluate("[...explorer.state.view.depth]"))


def drag(page, dx, dy):
    x, y = place(page, "#marks", 0.5, 0.5)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()
    still(page)


def test_codes_are_seen_from_the_side_that_it_is_turned_to(cloud):
    page = cloud()
    codes = np.array(page.evaluate("[...explorer.codes]")).reshape(-1, 3)
    for turn, tilt in ((0, 0), (90, 0), (-40, 35)):
        page.evaluate("([turn, tilt]) => explorer.atlas.look(turn, tilt)", [turn, tilt])
        expected = 0.5 + codes @ turned(turn, tilt).T / 8
        points, depth = seen(page)
        assert np.abs(points - expected[:, :2]).max() < 1e-6
        assert np.abs(depth - expected[:, 2]).max() < 1e-6
        order = page.evaluate("[...explorer.state.view.order]")
        assert (np.diff(depth[order]) >= 0).all()


def test_a_drag_turns_and_tilts_it_and_keeps_the_place(cloud):
    page = cloud()
    turn, tilt = angles(page)
    kept = page.evaluate("[...explorer.state.pinned.z]")
    drag(page, 50, 25)
    assert angles(page) == pytest.approx([turn + 20, tilt + 10])
    assert page.evaluate("[...explorer.state.pinned.z]") == kept
    drag(page, 0, 2000)
    assert angles(page)[1] == 90  # no further than from above
    assert page.locator("#tilt").input_value() == "90"


def test_sliders_turn_it_by_the_keyboard(cloud):
    page = cloud()
    turn, tilt = angles(page)
    page.locator("#turn").focus()
    page.keyboard.press("ArrowRight")
    page.locator("#tilt").focus()
    page.keyboard.press("ArrowLeft")
    assert angles(page) == pytest.approx([turn + 1, tilt - 1])


def test_arrows_go_from_image_to_image_and_turn_with_shift(cloud):
    page = cloud()
    turn, tilt = angles(page)
    page.locator("#marks").focus()
    before = np.array(page.evaluate("explorer.state.view.to(explorer.state.here.z)"))
    page.keyboard.press("ArrowRight")
    still(page)
    after = np.array(page.evaluate("explorer.state.view.to(explorer.state.here.z)"))
    assert after[0] > before[0]
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    assert angles(page) == pytest.approx([turn - 10, tilt - 10])


def test_of_dots_under_the_pointer_the_nearest_to_the_eye_is_meant(cloud):
    page = cloud()
    points, depth = seen(page)
    side = page.locator("#marks").bounding_box()["width"]
    near = np.linalg.norm(points[:, None] - points, axis=-1) * side < 3
    behind = next(i for i in depth.argsort() if depth[near[i]].max() > depth[i] + 0.02)
    page.mouse.move(*place(page, "#marks", *points[behind]))
    still(page)
    codes = np.array(page.evaluate("[...explorer.codes]")).reshape(-1, 3)
    chosen = np.abs(codes - z(page)).max(axis=1).argmin()
    assert depth[chosen] >= depth[near[behind]].max() - 1e-6
    assert np.linalg.norm(points[chosen] - points[behind]) * side <= 6 + 1


def test_the_image_under_the_pointer_is_decoded_and_its_numbers_told(cloud, models):
    page = cloud()
    page.mouse.click(*place(page, "#marks", 0.4, 0.6))
    still(page)
    with torch.no_grad():
        mean = models["cloud"].decode(torch.tensor(z(page), dtype=torch.float32)[None]).mean[0]
    assert np.abs(pixels(page, "#decoded") - 255 * mean.numpy()).max() <= 1
    words = page.locator("#place").inner_text().removeprefix("z = (").removesuffix(")")
    shown = [float(word.replace("−", "-")) for word in words.split(",")]
    assert shown == pytest.approx(z(page), abs=0.006)


def test_a_finger_turns_it_or_picks_a_dot(cloud):
    page = cloud(has_touch=True, viewport={"width": 390, "height": 800})
    before, side = angles(page), z(page)
    page.touchscreen.tap(*place(page, "#marks", 0.35, 0.65))
    still(page)
    assert not np.allclose(z(page), side)
    assert angles(page) == before
    x, y = place(page, "#marks", 0.5, 0.5)
    touch = page.context.new_cdp_session(page)
    for kind, dx in (("touchStart", 0), ("touchMove", 30), ("touchMove", 60), ("touchEnd", None)):
        at = [] if dx is None else [{"x": x + dx, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    assert angles(page) == pytest.approx([before[0] + 24, before[1]])


def test_it_turns_by_itself_until_it_is_touched_or_stopped(cloud):
    page = cloud(reduced_motion="no-preference")
    turn, _ = angles(page)
    until(page, f"explorer.state.view.turn > {turn} + 0.5")
    assert page.locator("#spin").inner_text() == "Stop turning"
    page.locator("#spin").click()
    held = angles(page)
    page.wait_for_timeout(150)
    assert angles(page) == held
    page.locator("#spin").click()
    until(page, f"explorer.state.view.turn > {held[0]} + 0.5")
    page.mouse.click(*place(page, "#marks", 0.5, 0.5))
    assert page.locator("#spin").inner_text() == "Turn by itself"


def test_it_stands_still_for_those_who_asked_for_less_motion(cloud):
    page = cloud()
    before = angles(page)
    page.wait_for_timeout(150)
    assert angles(page) == before


def test_a_class_is_picked_out(cloud):
    page = cloud()
    page.locator("#chips button", has_text="3").click()
    page.mouse.click(*place(page, "#marks", 0.5, 0.5))
    still(page)
    assert set(labels(page)) == {"3"}


def test_layers_can_be_switched(cloud):
    page = cloud()
    both = pixels(page, "#map")
    page.uncheck("#colours")
    still(page)
    grey = pixels(page, "#map")
    assert (grey != both).any()
    page.uncheck("#dots")
    still(page)
    assert (pixels(page, "#map") != grey).any()


def test_a_drawing_goes_to_its_code(cloud):
    page = cloud()
    draw(page, STROKE)
    mean = page.evaluate("[...explorer.state.posterior.mean]")
    assert z(page) == pytest.approx(mean, abs=1e-6)
    assert "σ" in page.locator("#posterior").inner_text()


def test_a_number_can_be_turned(cloud):
    page = cloud()
    before = z(page)
    page.locator(".axis input").first.focus()
    page.keyboard.press("End")
    still(page)
    axis = page.evaluate("explorer.data.axes[0].axis")
    assert (z(page) != before).tolist() == [i == axis for i in range(3)]
