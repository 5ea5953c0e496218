"""The pad for images in colour, and pictures that a reader brings."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.pages.explorer.drive import draw, noise, pixels, still, until, untrained, write

SHAPE = (12, 20, 3)
RED, BLUE = (230, 30, 20), (10, 40, 200)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The explorer of a convolutional model of wide images in colour on a green ground."""
    data = noise(SHAPE)
    data.test.x[:] = (20, 160, 60)
    model = untrained(
        SHAPE, latent_dim=2, hidden=[6], network="convolutional", likelihood="gaussian"
    )
    return write(tmp_path_factory.mktemp("pad") / "colour.html", model, data, grid=3)


@pytest.fixture
def page(opened, file):
    return opened(file, "body[data-ready]")


def halves(width, height):
    """A picture that is red on the left and blue on the right, as a PNG."""
    picture = np.full((height, width, 3), RED, np.uint8)
    picture[:, width // 2 :] = BLUE
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "png")
    return stream.getvalue()


def colours(page, selector="#seen"):
    """The values of a canvas, height×width×3."""
    flat, shape = page.evaluate(
        """(selector) => {
          const { width, height } = document.querySelector(selector);
          const context = document.querySelector(selector).getContext("2d");
          return [[...context.getImageData(0, 0, width, height).data], [height, width, 4]];
        }""",
        selector,
    )
    return np.array(flat).reshape(shape)[:, :, :3]


def test_a_brush_has_a_colour_and_paints_on_the_data_set_s_ground(page):
    page.locator("#clear").click()
    still(page)
    pad = colours(page, "#pad")
    assert pad.shape[0] / pad.shape[1] == pytest.approx(12 / 20)
    assert (pad == (20, 160, 60)).all()
    page.locator("#colour").fill("#1428c8")
    draw(page, [(0.1, 0.4), (0.9, 0.6)])
    until(page, "explorer.state.posterior !== null")
    seen = colours(page)
    assert seen.shape == SHAPE
    nearest = seen[:, 10][seen[:, 10, 2].argmax()]
    assert np.abs(nearest - (20, 40, 200)).max() <= 50  # a pixel of it is blue, nearly or all over
    assert np.abs(seen[0, 10] - (20, 160, 60)).max() <= 2  # green still, above
    page.locator("#fill").click()
    still(page)
    assert np.abs(colours(page) - (20, 40, 200)).max() <= 2
    page.locator("#clear").click()
    assert (colours(page, "#pad") == (20, 160, 60)).all()
    assert page.locator("#answer").is_hidden()


def test_a_picture_that_is_opened_fills_the_pad_with_its_middle(page):
    """One of 400×60 is cropped at both sides: each half of the pad keeps its colour."""
    opened = {"name": "halves.png", "mimeType": "image/png", "buffer": halves(400, 60)}
    page.set_input_files("#file", opened)
    until(page, "explorer.state.image === null")
    still(page)
    seen = colours(page)
    assert np.abs(seen[:, :9] - RED).max() <= 2
    assert np.abs(seen[:, 11:] - BLUE).max() <= 2


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_can_be_dropped_and_pasted(page, way):
    page.evaluate(
        """([way, bytes]) => {
          const given = new DataTransfer();
          given.items.add(new File([Uint8Array.from(bytes)], "a.png", { type: "image/png" }));
          const event = way === "drop"
            ? new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true })
            : new ClipboardEvent("paste", { clipboardData: given, bubbles: true });
          document.body.dispatchEvent(event);
          if (way === "drop" && !event.defaultPrevented) throw new Error("the browser went there");
        }""",
        [way, list(halves(40, 24))],
    )
    until(page, "explorer.state.image === null")
    still(page)
    assert np.abs(colours(page)[:, :9] - RED).max() <= 2


def test_what_is_no_picture_is_refused_by_its_name(page):
    text = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture"}
    page.set_input_files("#file", text)
    until(page, "!document.getElementById('refused').hidden")
    assert "notes.txt" in page.locator("#refused").inner_text()
    assert page.evaluate("explorer.state.image") is not None
    opened = {"name": "halves.png", "mimeType": "image/png", "buffer": halves(40, 24)}
    page.set_input_files("#file", opened)
    until(page, "explorer.state.image === null")
    still(page)
    assert page.locator("#refused").is_hidden()


def test_tiles_of_wide_images_fill_the_plane(page):
    page.uncheck("#dots")
    page.check("#tiles")
    page.wait_for_timeout(300)
    assert page.evaluate("explorer.data.tiles") == [3, 5]
    frame = page.evaluate(
        "frameOf(document.getElementById('map').clientWidth, explorer.state.view)"
    )
    panel = pixels(page, "#map")[int(frame["top"]) + 4, int(frame["left"]) + 4]
    inner = pixels(page, "#map")[
        int(frame["top"]) + 4 : int(frame["top"] + frame["side"]) - 4, int(frame["left"]) + 9
    ]
    assert panel < 200
    assert inner.max() < 240  # no stripe of the panel shows


def test_dark_ink_on_light_paper_is_turned_round(page):
    """Of a grey shade at most, the paper counts as none; ink on black stays as it is."""
    paper = np.full((10, 10), 225.0)
    paper[2, 3] = 215  # a shade of the paper
    paper[4:6, 4:6] = 0
    black = np.zeros((10, 10))
    black[4:6, 4:6] = 102
    for picture, inside in ((paper, 1.0), (black, 0.4)):
        rgba = np.dstack([picture] * 3 + [np.full((10, 10), 255.0)])
        ink = page.evaluate(
            "(rgba) => [...inkOf(Uint8ClampedArray.from(rgba), 10)]", rgba.ravel().tolist()
        )
        expected = np.zeros((10, 10))
        expected[4:6, 4:6] = inside
        assert np.array(ink).reshape(10, 10) == pytest.approx(expected, abs=1e-6)
