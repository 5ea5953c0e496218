"""What an explorer's page holds, and how little of it."""

import base64
import gzip

import numpy as np
import pytest

from pages.explorer.contents import far
from pages.explorer.images import ink, to_nibbles
from tests.pages.explorer.drive import values, write
from vae.files.dataset import Classes


def test_nibbles_hold_every_pixel_to_a_sixteenth():
    images = np.random.default_rng(0).integers(0, 256, (3, 5, 5), dtype=np.uint8)
    packed = to_nibbles(images)
    unpacked = np.stack([packed >> 4, packed & 15], axis=1).ravel()[: images.size] * 17.0
    assert np.abs(unpacked - images.ravel()).max() <= 8.5


def test_ink_is_measured_by_box_and_centre_of_mass():
    images = np.zeros((3, 10, 12), np.uint8)
    images[0, 2:6, 3:5] = 200  # 4 high, 2 wide, about (4, 4)
    images[1, 1, 4:10] = 100  # 1 high, 6 wide, about (7, 1.5); the third is empty
    assert ink(images) == {"box": 5.0, "centre": [5.5, 2.75]}


def test_mnist_lies_as_its_makers_say(mnist):
    """LeCun et al. 1998: fit into 20×20, centre of mass in the middle of 28×28 (on a pixel)."""
    found = ink(mnist.test.x)
    assert found["box"] == 20
    assert found["centre"] == pytest.approx([14.5, 14.5], abs=0.1)


def test_far_is_beyond_what_99_of_100_points_see():
    line = np.arange(1000.0)[:, None]
    assert far(line) == pytest.approx(4, abs=0.1)  # four to each side, but at the ends


def test_the_same_inputs_give_the_same_bytes(models, digits, tmp_path):
    files = [write(tmp_path / name, models["plane"], digits) for name in ("a.html", "b.html")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_images_are_spread_over_the_test_set_and_no_more_than_asked(models, digits):
    held = values(models["plane"], digits, images=50)
    blob = gzip.decompress(base64.b64decode(held["arrays"]))
    row = next(row for row in held["data"]["table"] if row["name"] == "index")
    index = np.frombuffer(blob, np.int32, 50, row["offset"])
    assert index[0] == 0
    assert index[-1] == len(digits.test.x) - 1
    assert np.ptp(np.diff(index)) <= 1


def test_a_class_name_cannot_leave_its_place(models, digits, opened, tmp_path):
    names = ("</script><script>alert(1)</script>", *digits.classes.names[1:])
    data = digits._replace(classes=Classes("<b>", names))
    page = opened(write(tmp_path / "a.html", models["plane"], data), "body[data-ready]")
    assert page.locator("#chips button").first.inner_text() == names[0]
    assert "<b>" in page.locator("h1").inner_text()
