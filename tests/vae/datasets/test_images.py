"""Pictures in files: pixels against arrays computed by hand, and files that are none."""

import os
import re
import struct
import zlib
from functools import partial

import numpy as np
import pytest
from PIL import Image

from vae.datasets.images import Head, Unreadable, head, of_each, pixels

COLOURS = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
GREY = COLOURS[:, :, 0]


@pytest.fixture
def write(tmp_path):
    """Save an array, or an image, as a file of that name."""

    def write_(picture, name="a.png", **options):
        image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
        image.save(tmp_path / name, **options)
        return tmp_path / name

    return write_


@pytest.mark.parametrize("suffix", ["png", "bmp", "tif", "tiff", "webp"])
def test_a_picture_of_the_wanted_size_is_read_exactly(suffix, write):
    options = {"lossless": True} if suffix == "webp" else {}
    path = write(COLOURS, f"a.{suffix}", **options)
    np.testing.assert_array_equal(pixels(path, (4, 6), 3), COLOURS)


def test_grey_levels_are_read_exactly_with_one_channel_and_as_equal_colours_with_three(write):
    path = write(GREY)
    np.testing.assert_array_equal(pixels(path, (4, 6), 1), GREY)
    np.testing.assert_array_equal(pixels(path, (4, 6), 3), np.stack([GREY] * 3, axis=-1))


def test_colours_become_grey_by_their_luma(write):
    luma = COLOURS @ np.array([0.299, 0.587, 0.114])
    assert np.abs(pixels(write(COLOURS), (4, 6), 1) - luma).max() <= 1


UPRIGHT = {  # EXIF 2.32, table of tag 274: where row 0 and column 0 of the file are seen
    1: lambda x: x,
    2: lambda x: x[:, ::-1],
    3: lambda x: x[::-1, ::-1],
    4: lambda x: x[::-1],
    5: lambda x: x.swapaxes(0, 1),
    6: lambda x: np.rot90(x, -1),
    7: lambda x: x[::-1, ::-1].swapaxes(0, 1),
    8: lambda x: np.rot90(x),
}


@pytest.mark.parametrize("orientation, turn", UPRIGHT.items())
def test_a_picture_is_turned_as_its_orientation_says(orientation, turn, write):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path, seen = write(COLOURS, exif=exif), turn(COLOURS)
    assert head(path) == Head(*seen.shape)
    np.testing.assert_array_equal(pixels(path, seen.shape[:2], 3), seen)


def test_what_is_transparent_lies_on_white(write):
    black = Image.new("RGBA", (3, 1))
    black.putalpha(Image.fromarray(np.array([[0, 128, 255]], np.uint8)))
    assert pixels(write(black), (1, 3), 1).tolist() == [[255, 127, 0]]


def test_a_transparent_colour_of_a_palette_lies_on_white(write):
    image = Image.fromarray(np.array([[0, 1]], np.uint8)).convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    assert pixels(write(image, transparency=0), (1, 2), 3).tolist() == [[[255] * 3, [40, 50, 60]]]


def test_of_16_bits_the_higher_8_are_kept(write):
    deep = np.array([[0, 255, 256, 0x8000, 0xFFFF]], np.uint16)
    path = write(deep)
    assert head(path).channels == 1
    assert pixels(path, (1, 5), 1).tolist() == [[0, 0, 1, 128, 255]]


def test_a_wide_picture_loses_its_sides(write):
    wide = np.full((10, 30), 9, np.uint8)
    wide[:, 10:20] = 200
    assert pixels(write(wide), (10, 10), 1).tolist() == [[200] * 10] * 10


def test_a_checkerboard_shrinks_to_grey(write):
    board = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    shrunk = pixels(write(board), (8, 8), 1)
    assert np.abs(shrunk.astype(int) - 127.5).max() < 3


def test_a_large_jpeg_is_read_as_the_same_picture_without_its_compression(write):
    y, x = np.mgrid[:600, :900] / 60
    scene = np.stack([np.sin(x) * np.cos(y), np.cos(x), np.sin(x + y)], axis=-1)
    scene = (127.5 + 127.5 * scene).astype(np.uint8)
    exact = pixels(write(scene), (20, 30), 3).astype(int)
    decoded = pixels(write(scene, "a.jpg", quality=95), (20, 30), 3)
    assert np.abs(decoded - exact).max() <= 8
    assert np.abs(decoded - exact).mean() < 1.5


def test_of_several_frames_the_first_counts(write):
    frames = [Image.fromarray(frame) for frame in (COLOURS, 255 - COLOURS)]
    path = write(frames[0], "a.tif", save_all=True, append_images=frames[1:])
    np.testing.assert_array_equal(pixels(path, (4, 6), 3), COLOURS)


def png_of(width, height):
    """The beginning of a PNG that promises so many pixels."""
    content = b"IHDR" + struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + content
        + struct.pack(">I", zlib.crc32(content))
        + struct.pack(">I", 99)
        + b"IDAT"
    )


def whole(suffix):
    def data(path):
        image = Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 40, 3), np.uint8))
        image.save(path.with_suffix(f".{suffix}"))
        return path.with_suffix(f".{suffix}").read_bytes()

    return data


def cut(suffix):
    return lambda path: (lambda data: data[: len(data) // 2])(whole(suffix)(path))


BYTES = {
    "zero bytes": (lambda path: b"", "is empty"),
    "a text": (lambda path: b"label,pixel\n5,0\n", "is no PNG, JPEG, WebP, BMP or TIFF"),
    "a picture of another kind": (lambda path: b"GIF89a" + bytes(99), "is no PNG, JPEG"),
    "a program for Ghostscript": (
        lambda path: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n(x) run\n",
        "is no PNG",
    ),
    "a bomb": (lambda path: png_of(60_000, 60_000), "more pixels than Pillow's limit, 89,"),
    "a small bomb": (lambda path: png_of(10_000, 10_000), "more pixels than Pillow's limit, 89,"),
    "half a png": (cut("png"), "is damaged: "),
    "half a jpeg": (cut("jpeg"), "is damaged: image file is truncated"),
    "half a webp": (cut("webp"), "is damaged|is no PNG"),
    "half a bmp": (cut("bmp"), "is damaged"),
    "half a tiff": (cut("tiff"), "is damaged|is no PNG"),
    "a head alone": (lambda path: whole("png")(path)[:41], "is damaged"),
}


def refusal(path):
    (found,) = of_each([path], partial(pixels, size=(4, 4), channels=3))
    assert isinstance(found, Unreadable)
    return str(found)


@pytest.mark.parametrize("data, told", BYTES.values(), ids=BYTES)
def test_a_file_that_is_no_whole_picture_is_told(data, told, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(data(path))
    assert re.search(told, refusal(path))


PLACES = {
    "a pipe": (os.mkfifo, "is no file"),
    "a folder": (os.mkdir, "is no file"),
    "a link to itself": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "a link to nowhere": (lambda path: path.symlink_to("nowhere"), "No such file"),
    "levels of 32 bits": (
        lambda path: Image.fromarray(np.zeros((4, 4), np.float32)).save(path, format="TIFF"),
        "32 bits; save it with 8 or 16",
    ),
}


@pytest.mark.parametrize("put, told", PLACES.values(), ids=PLACES)
def test_what_cannot_be_read_as_a_picture_is_told(put, told, tmp_path):
    put(tmp_path / "a.png")
    assert told in refusal(tmp_path / "a.png")


def test_a_file_that_may_not_be_read_is_told(write, monkeypatch):
    path = write(COLOURS)

    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Image, "open", refuse)
    assert refusal(path) == "cannot be read: Permission denied"


def test_what_is_read_comes_in_the_order_of_the_files(tmp_path):
    paths = [tmp_path / f"{n}.png" for n in range(300)]
    for n, path in enumerate(paths):
        Image.new("L", (1, 1), n % 256).save(path)
    found = of_each(paths, partial(pixels, size=(1, 1), channels=1))
    assert [int(x[0, 0]) for x in found] == [n % 256 for n in range(300)]
