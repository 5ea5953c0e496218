"""What an explorer's page holds, and how little of it."""

import base64
import gzip

import numpy as np
import pytest

from pages.explorer.contents import far
from pages.explorer.images import ground, ink, to_nibbles
from tests.pages.explorer.drive import noise, untrained, values, write
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError


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


def test_the_ground_is_the_colour_of_most_edges():
    images = np.full((5, 6, 7, 3), (250, 10, 30), np.uint8)
    images[:, 1:-1, 1:-1] = 0  # what lies inside does not count
    images[0] = 99
    assert ground(images).tolist() == [250, 10, 30]
    assert ground(images[..., 1]).tolist() == [10, 10, 10]


def test_only_of_grey_on_black_ink_is_measured():
    def of(shape, ground):
        data = noise(shape)
        data.test.x[:] = ground
        data.test.x[:, 3, 3] = 77
        return values(untrained(shape, latent_dim=3, hidden=[4]), data)["data"]

    assert of((8, 8), 0)["ink"] == {"box": 1.0, "centre": [3.5, 3.5]}
    assert of((8, 8), 0)["background"] == "#000000"
    assert of((8, 8), 200)["ink"] is None
    assert of((8, 8, 3), 0)["ink"] is None
    assert of((8, 8, 3), (1, 2, 255))["background"] == "#0102ff"


def test_where_all_images_need_too_much_a_page_holds_fewer():
    rng = np.random.default_rng(0)
    data = noise((16, 16, 3))
    many = LabelledImages(rng.integers(0, 256, (600, 16, 16, 3), np.uint8), np.arange(600) % 3)
    data = data._replace(test=many)
    model = untrained((16, 16, 3), latent_dim=3, hidden=[4])
    all_, fewer = (values(model, data, images=600, megabytes=m) for m in (1.0, 0.2))
    assert all_["images"] == 600
    assert 1.5e5 < len(fewer["arrays"]) <= 2e5
    assert 300 < fewer["images"] < 390  # of 16·16·3/2 bytes, in base64
    with pytest.raises(InputError, match=r"weights of this model take 0\.0 of explorer\.megabytes"):
        values(model, data, megabytes=0.02)


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
