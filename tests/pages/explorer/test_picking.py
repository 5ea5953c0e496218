"""What a reader of an explorer points at, picks out and takes along, in a real browser."""

import re

import numpy as np
import pytest
from PIL import Image

from tests.pages.explorer.drive import labels, pixels, place, still, until, z


def dots(page):
    """Where the test images' dots are, as shares of the marks' canvas from its lower left."""
    flat = page.evaluate(
        """() => {
          const { state, atlas, data } = explorer;
          const { clientWidth, clientHeight } = document.getElementById("marks");
          const frame = data.cloud
            ? { at: ([u, v]) => [u * clientWidth, (1 - v) * clientWidth] }
            : frameOf(clientWidth, state.view);
          return data.labels.flatMap((_, i) => {
            const [x, y] = frame.at([state.view.points[2 * i], state.view.points[2 * i + 1]]);
            return [x / clientWidth, 1 - y / clientHeight];
          });
        }"""
    )
    return np.array(flat).reshape(-1, 2)


def drag(page, start, end, key=None):
    """With the mouse from one place of the map to another, a key held."""
    page.mouse.move(*place(page, "#marks", *start))
    if key:
        page.keyboard.down(key)
    page.mouse.down()
    page.mouse.move(*place(page, "#marks", *end), steps=3)
    page.mouse.up()
    if key:
        page.keyboard.up(key)
    still(page)


def area(page):
    """The images that are picked out, or None."""
    found = page.evaluate("explorer.state.area && [...explorer.state.area]")
    return found if found is None else set(found)


def lonely(spots):
    """The dot that is furthest from its nearest neighbour, off the edges."""
    apart = np.linalg.norm(spots[:, None] - spots, axis=-1) + np.eye(len(spots)) * 9
    inside = (np.abs(spots - 0.5) < 0.35).all(axis=1)
    return int(np.where(inside, apart.min(axis=1), 0).argmax())


# --- pointing --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plane", "cloud"])
def test_a_dot_under_the_pointer_shows_its_test_image_and_class(explorer, kind):
    page = explorer(kind, reduced_motion="reduce")
    spots = dots(page)
    index = lonely(spots)
    page.mouse.move(*place(page, "#marks", *spots[index]))
    still(page)
    image = page.evaluate("(i) => [...explorer.image(i)]", index)
    shown = pixels(page, "#hover canvas")
    assert np.abs(shown.ravel() - 255 * np.array(image)).max() <= 1
    name = page.evaluate("(i) => explorer.data.classNames[explorer.data.labels[i]]", index)
    assert page.locator("#hover span").inner_text().startswith(f"{name}, test image ")
    page.keyboard.press("Escape")
    assert page.locator("#hover").is_hidden()


def test_beside_the_dots_and_without_them_no_image_is_shown(explorer):
    page = explorer("plane")
    spots = dots(page)
    empty = np.random.default_rng(0).uniform(0.15, 0.85, (200, 2))
    empty = max(empty, key=lambda spot: np.linalg.norm(spots - spot, axis=1).min())
    page.mouse.move(*place(page, "#marks", *empty))
    assert page.locator("#hover").is_hidden()
    dot = place(page, "#marks", *spots[lonely(spots)])
    page.mouse.move(*dot)
    assert page.locator("#hover").is_visible()
    page.uncheck("#dots")
    page.mouse.move(dot[0] + 1, dot[1])
    assert page.locator("#hover").is_hidden()


# --- picking out -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plane", "map", "cloud"])
def test_an_area_is_picked_out_by_a_drag_with_shift_and_let_go_by_escape(explorer, kind):
    page = explorer(kind, reduced_motion="reduce")
    spots, before = dots(page), pixels(page, "#map")
    kept = page.evaluate("[...explorer.state.pinned.z]")
    low, high = (0.4, 0.45), (0.6, 0.75)
    drag(page, low, high, "Shift")
    inside = ((spots > low) & (spots < high)).all(axis=1)
    assert area(page) == set(np.flatnonzero(inside).tolist())
    assert page.locator("#brushed").inner_text().startswith(f"{inside.sum()} test images in the ")
    near = page.locator("#near button:visible").evaluate_all(
        "(all) => all.map((b) => +b.dataset.image)"
    )
    assert set(near) <= area(page)
    assert page.evaluate("[...explorer.state.pinned.z]") == kept
    assert (pixels(page, "#map") != before).any()
    page.keyboard.press("Escape")
    still(page)
    assert area(page) is None
    assert page.locator("#brushed").inner_text() == ""
    assert (pixels(page, "#map") != before).mean() < 1e-4  # corners of its frame, joined otherwise


def test_what_is_picked_out_is_counted_by_class(explorer):
    page = explorer("plane")
    drag(page, (0.2, 0.2), (0.9, 0.9), "Shift")
    words = page.locator("#brushed").inner_text()
    told = {name: int(count) for count, name in re.findall(r"(\d+) of (\d)", words)}
    of = np.array(page.evaluate("explorer.data.labels"))[list(area(page))]
    counts = np.bincount(of, minlength=10)
    assert told == {str(k): counts[k] for k in np.argsort(-counts, kind="stable")[:5]}


def test_an_area_stays_picked_out_on_the_unit_square(explorer):
    page = explorer("plane")
    drag(page, (0.4, 0.4), (0.6, 0.6), "Shift")
    images = area(page)
    page.check("#square")
    still(page)
    assert area(page) == images


def test_an_area_and_a_class_are_picked_out_together(explorer):
    page = explorer("plane")
    drag(page, (0.2, 0.2), (0.9, 0.9), "Shift")
    name = labels(page)[0]
    page.locator("#chips button", has_text=name).click()
    still(page)
    assert set(labels(page)) == {name}
    page.keyboard.press("Escape")  # first the area
    assert area(page) is None
    assert page.evaluate("explorer.state.picked") == int(name)
    page.keyboard.press("Escape")
    assert page.evaluate("explorer.state.picked") is None


@pytest.mark.parametrize("kind", ["plane", "cloud"])
def test_a_finger_picks_out_an_area_after_the_button(explorer, kind):
    page = explorer(
        kind, reduced_motion="reduce", has_touch=True, viewport={"width": 390, "height": 800}
    )
    page.locator("#brush").tap()
    until(page, "document.getElementById('brush').textContent === 'Cancel'")
    x, y = place(page, "#marks", 0.35, 0.65)
    touch = page.context.new_cdp_session(page)
    for event, d in (("touchStart", 0), ("touchMove", 40), ("touchMove", 110), ("touchEnd", None)):
        at = [] if d is None else [{"x": x + d, "y": y + d}]
        touch.send("Input.dispatchTouchEvent", {"type": event, "touchPoints": at})
    until(page, "explorer.state.area?.size > 0")
    assert page.locator("#brush").inner_text() == "Clear the area"
    page.locator("#brush").click()  # after touches sent one by one, Chromium loses some taps
    until(page, "explorer.state.area === null")


def test_the_keyboard_sets_an_area_corner_by_corner(explorer):
    page = explorer("plane")
    page.locator("#marks").focus()
    page.keyboard.press("x")
    corner = z(page)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("x")
    still(page)
    codes = np.array(page.evaluate("[...explorer.codes]")).reshape(-1, 2)
    inside = ((codes >= corner - 1e-4) & (codes <= z(page) + 1e-4)).all(axis=1)
    assert area(page) == set(np.flatnonzero(inside).tolist())


# --- taking along ----------------------------------------------------------------------------


def test_the_numbers_of_the_kept_place_are_copied(explorer):
    page = explorer("map", permissions=["clipboard-read", "clipboard-write"])
    page.locator("#copy").focus()
    page.keyboard.press("Enter")
    until(page, "document.getElementById('kept').textContent === 'Copied 5 numbers'")
    text = page.evaluate("navigator.clipboard.readText()")
    assert [float(word) for word in text.strip("[]").split(",")] == pytest.approx(z(page), abs=1e-4)


def test_where_a_page_may_not_copy_it_offers_the_numbers(explorer):
    page = explorer("plane")
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    offered = []
    page.on("dialog", lambda dialog: (offered.append(dialog.default_value), dialog.dismiss()))
    page.locator("#copy").click()
    assert [float(n) for n in offered[0].strip("[]").split(",")] == pytest.approx(z(page), abs=1e-4)


def test_the_decoded_picture_is_saved_pixel_by_pixel_under_a_name_that_says_what_it_is(explorer):
    page = explorer("conditional")
    page.locator("#classes button").nth(4).click()
    still(page)
    with page.expect_download() as download:
        page.locator("#save").click()
    place = "_".join(f"{value:.2f}" for value in z(page))
    assert download.value.suggested_filename == f"small_{place}_4.png"
    saved = np.asarray(Image.open(download.value.path()).convert("L"))
    small = pixels(page, "#decoded")
    scale = len(saved) // len(small)
    assert len(saved) >= 256
    assert (saved == np.kron(small, np.ones((scale, scale), int))).all()
