"""Measures of shape on bars, ellipses and discs whose size and lean are known."""

import gzip

import numpy as np
import pytest

from claims.factors.morphology import Factors, measure

FINE = 8
# Castro et al. 2019, t10k-morpho.csv: area, slant, thickness, width and height as they measured
# the first six test images of MNIST
PUBLISHED = [
    (71.1875, 0.0710, 2.1106, 15.1243, 19.6207),
    (113.0625, -0.1739, 2.6501, 17.5939, 19.8462),
    (39.25, 0.2904, 1.8666, 3.6797, 19.7047),
    (146.8125, 0.0724, 3.4805, 14.7127, 19.0331),
    (75.25, -0.1288, 1.9515, 14.9195, 18.7917),
    (53.8125, 0.2960, 2.5627, 4.4132, 19.2833),
]


def drawn(inside, side=40):
    """An image of the ink where `inside(right, up)`, in pixels from its middle; greys at edges."""
    place = (np.arange(side * FINE) + 0.5) / FINE - side / 2
    fine = inside(place[None, :], -place[:, None])
    share = fine.reshape(side, FINE, side, FINE).mean(axis=(1, 3))
    return np.rint(255 * share).astype(np.uint8)


def bar(width, height, shear=0.0):
    return drawn(lambda x, y: (abs(x - shear * y) <= width / 2) & (abs(y) <= height / 2))


def ellipse(width, height, shear=0.0):
    return drawn(lambda x, y: (2 * (x - shear * y) / width) ** 2 + (2 * y / height) ** 2 <= 1)


def of(image):
    return Factors(*(float(values[0]) for values in measure(image[None])))


@pytest.mark.parametrize("shape", [bar, ellipse])
@pytest.mark.parametrize("shear", [-0.6, -0.2, 0.0, 0.3, 0.5])
def test_the_slant_is_the_angle_of_the_shear_and_positive_to_the_right(shape, shear):
    assert of(shape(6, 24, shear)).slant == pytest.approx(np.arctan(shear), abs=0.01)


@pytest.mark.parametrize("thickness", [2, 3, 4, 6])
def test_the_thickness_of_a_bar_is_its_width_but_for_its_ends(thickness):
    """A roof over the bar, as high as the edge is far, has the volume t² (3l − t) / 12."""
    expected = thickness * (1 - thickness / (3 * 30))
    assert of(bar(thickness, 30)).thickness == pytest.approx(expected, abs=0.03)


def test_the_thickness_is_across_the_stroke_not_along_the_row():
    upright, leaning = of(bar(4, 30)), of(bar(4, 30, 0.75))
    assert leaning.thickness / upright.thickness == pytest.approx(np.cos(np.arctan(0.75)), abs=0.05)


def test_a_disc_is_two_thirds_of_its_diameter_thick():
    """The mean distance to the edge of a disc is a third of its radius."""
    assert of(ellipse(30, 30)).thickness == pytest.approx(2 / 3 * 30, rel=0.03)


@pytest.mark.parametrize("shear", [-0.5, 0.0, 0.4])
def test_width_and_height_are_of_the_parallelogram_at_the_slant(shear):
    """The upright box around it is up to 21 wide; the grey of leaning edges adds less than 1."""
    measured = of(bar(10, 22, shear))
    assert 0.98 * 10 <= measured.width < 0.98 * 10 + 1
    assert measured.height == pytest.approx(0.98 * 22, abs=0.3)


def test_a_speck_far_away_does_not_widen_the_box():
    image = bar(10, 20)
    image[0, 0] = 255  # half a percent of the ink
    assert of(image).height == pytest.approx(of(bar(10, 20)).height, abs=0.3)


@pytest.mark.parametrize("shear", [0.0, 0.4])
def test_the_area_is_the_ink(shear):
    assert of(bar(6, 20, shear)).area == pytest.approx(6 * 20, rel=0.03)
    assert of(ellipse(12, 20, shear)).area == pytest.approx(np.pi / 4 * 12 * 20, rel=0.02)


def test_the_place_of_the_ink_does_not_matter():
    image = bar(5, 20, 0.3)
    moved = np.roll(image, (3, -6), axis=(0, 1))
    assert tuple(of(moved)) == pytest.approx(tuple(of(image)), abs=0.05)


def test_the_border_of_the_picture_is_an_edge_of_the_ink():
    image = bar(6, 20)
    cut = image[10:30, 17:23]  # the bar alone
    assert (cut == 255).mean() > 0.99
    cut[0, 0] = 0
    assert of(cut).thickness == pytest.approx(of(image).thickness, abs=0.15)


def test_a_mirror_turns_the_lean_and_nothing_else():
    image = bar(5, 20, 0.3)
    expected = of(image)._replace(slant=-of(image).slant)
    assert tuple(of(image[:, ::-1])) == pytest.approx(tuple(expected), abs=0.05)


def test_faint_ink_on_a_grey_ground_has_the_same_shape():
    image = bar(5, 20, 0.3)
    faint = (20 + 0.5 * image).astype(np.uint8)
    assert tuple(of(faint)) == pytest.approx(tuple(of(image)), abs=0.05)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_an_image_of_one_shade_has_no_ink(shade):
    assert of(np.full((9, 7), shade, np.uint8)) == (0, 0, 0, 0, 0)


def test_ink_in_one_row_stands_upright():
    image = np.zeros((9, 9), np.uint8)
    image[4, 2:7] = 255
    assert of(image).slant == pytest.approx(0)


def test_a_coloured_image_is_measured_by_its_mean_over_channels():
    image = bar(5, 20, 0.3)
    coloured = np.stack([image, 0 * image, image // 2], axis=-1)
    assert tuple(of(coloured)) == pytest.approx(tuple(of(image)), abs=0.05)


def test_images_keep_their_order():
    images = np.stack([bar(3, 20), bar(5, 20), bar(4, 20)])
    assert measure(images).area.argsort().tolist() == [0, 2, 1]


def test_digits_are_measured_as_morpho_mnist_has_them(mirror):
    with gzip.open(mirror / "mnist" / "t10k-images-idx3-ubyte.gz") as file:
        raw = file.read(16 + len(PUBLISHED) * 28 * 28)
    digits = np.frombuffer(raw, np.uint8, offset=16).reshape(-1, 28, 28)
    got, published = measure(digits), Factors(*np.array(PUBLISHED).T)
    assert got.slant == pytest.approx(published.slant, abs=0.005)
    assert got.area == pytest.approx(published.area, abs=2.5)
    assert got.thickness == pytest.approx(published.thickness, abs=0.25)
    assert got.width == pytest.approx(published.width, abs=0.25)
    assert got.height == pytest.approx(published.height, abs=0.25)
