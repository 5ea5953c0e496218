"""A data set's files: what is read is what was written, and damage is told in a line."""

import time

import numpy as np
import pytest

from tests.vae.files.damage import WAYS, complaint
from vae.codes import Codes
from vae.files.dataset import Classes, LabelledImages

NAMES = ("T-shirt/top", "grün", "$x_1$", '"a", \\b', "<&>", "3")


@pytest.fixture(params=[(5, 4), (5, 4, 3)], ids=["grey", "colour"])
def images(request):
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (6, *request.param), dtype=np.uint8)
    return LabelledImages(x, random.integers(0, 3, 6))


def test_images_are_loaded_as_they_were(images, tmp_path):
    images.save(tmp_path / "train.npz")
    loaded = LabelledImages.load(tmp_path / "train.npz")
    for got, wanted in zip(loaded, images, strict=True):
        assert got.dtype == wanted.dtype
        np.testing.assert_array_equal(got, wanted)


def test_the_shape_of_an_image_is_without_their_number(images):
    assert images.image_shape == images.x[0].shape


def test_the_same_images_are_saved_as_the_same_bytes_on_another_day(images, tmp_path, monkeypatch):
    images.save(tmp_path / "a.npz")
    monkeypatch.setattr(time, "time", lambda: 1e9)
    images.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_damaged_images_are_told_with_the_remedy(way, images, tmp_path):
    path = tmp_path / "train.npz"
    images.save(path)
    path.write_bytes(WAYS[way](path.read_bytes()))
    assert complaint(LabelledImages.load, path).endswith("; remove it and make it again")


def test_codes_are_no_images(tmp_path):
    array = np.zeros((3, 2), np.float32)
    Codes(array, array, array, np.zeros(3, np.int64)).save(tmp_path / "a.npz")
    assert "LabelledImages" in complaint(LabelledImages.load, tmp_path / "a.npz")


def test_classes_are_loaded_as_they_were(tmp_path):
    classes = Classes("folder", NAMES)
    classes.save(tmp_path / "classes.json")
    assert Classes.load(tmp_path / "classes.json") == classes


def test_the_same_classes_are_saved_as_the_same_bytes(tmp_path):
    for name in ("a.json", "b.json"):
        Classes("folder", NAMES).save(tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


OTHER_JSON = {
    "a list": lambda data: b'["a", "b"]',
    "a number": lambda data: b"3",
    "no names": lambda data: b'{"dataset": "folder"}',
    "no data set": lambda data: b'{"classes": ["a"]}',
    "no class": lambda data: b'{"dataset": "folder", "classes": []}',
    "a word": lambda data: b'{"dataset": "folder", "classes": "abc"}',
    "numbers": lambda data: b'{"dataset": "folder", "classes": [1, 2]}',
    "depths": lambda data: b"[" * 100_000,
    "a number of classes": lambda data: b'{"dataset": "folder", "classes": 10}',
}


@pytest.mark.parametrize("way", WAYS | OTHER_JSON)
def test_damaged_classes_are_told_with_the_remedy(way, tmp_path):
    path = tmp_path / "classes.json"
    Classes("folder", NAMES).save(path)
    path.write_bytes((WAYS | OTHER_JSON)[way](path.read_bytes()))
    assert complaint(Classes.load, path).endswith("; remove it and make it again")


def test_classes_without_a_name_are_told(tmp_path):
    path = tmp_path / "classes.json"
    Classes("folder", NAMES).save(path)
    assert Classes.load(path, np.array([5, 0])).names == NAMES
    told = complaint(lambda file: Classes.load(file, np.array([0, 6, 1])), path)
    assert "names 6 classes, and there is a class 6" in told


def test_codes_of_other_images_are_told(images, tmp_path):
    array = np.zeros((6, 2), np.float32)
    Codes(array, array, array, images.y).save(tmp_path / "a.npz")
    assert len(Codes.load(tmp_path / "a.npz", images).label) == 6
    for other in (images.y[:5], images.y[::-1]):
        fewer = LabelledImages(images.x[: len(other)], other)
        told = complaint(lambda path, fewer=fewer: Codes.load(path, fewer), tmp_path / "a.npz")
        assert "codes of other images" in told
