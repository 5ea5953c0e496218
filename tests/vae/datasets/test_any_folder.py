"""A folder of one's own, whatever lies in it: read whole, or refused in a line without a trace."""

import gzip
import io
import os
import struct
import tempfile
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from PIL import Image

from pipeline.params import Data
from stages import download
from tests.vae.datasets.idx import TYPES, idx, sample
from tests.vae.files.damage import LETTERS, flipped
from vae.files.dataset import Classes, LabelledImages
from vae.files.errors import InputError

NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
WHOLE = [idx(array) for array in (*sample(6, labels=3), *sample(3, labels=3))]
FOLDER = Data(name="folder", size=None, channels=None, test_share=0.5, split_seed=0)
MOST_MEMORY = 32 << 20
WORLD = dict(zip(NAMES, WHOLE, strict=True))


def missing(path, data):
    pass


def folder(path, data):
    path.mkdir()


def loop(path, data):
    path.symlink_to(path)


def dangling(path, data):
    path.symlink_to(path.with_name("nowhere"))


def pipe(path, data):
    os.mkfifo(path)


def plain(path, data):
    path.write_bytes(data)


def packed(path, data):
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(data, mtime=0))


def called_packed(path, data):
    path.with_name(f"{path.name}.gz").write_bytes(data)


def both(path, data):
    plain(path, data)
    called_packed(path, b"")


PLACED = (missing, folder, loop, dangling, pipe, plain, packed, called_packed, both)


@st.composite
def headers(draw):
    """An IDX header that promises anything."""
    kind = draw(st.sampled_from([*TYPES.values(), 0, 10, 14, 255]))
    sizes = draw(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 7), max_size=70))
    return struct.pack(
        f">HBB{len(sizes)}I", draw(st.sampled_from([0, 0, 0, 1])), kind, len(sizes), *sizes
    )


@st.composite
def files(draw, whole):
    """The bytes of an IDX file, damaged in one of many ways, and how they lie in the folder."""
    way = draw(st.sampled_from(["whole", "cut", "flipped", "longer", "header", "array", "any"]))
    data = whole
    if way == "cut":
        data = whole[: draw(st.integers(0, len(whole) - 1))]
    elif way == "flipped":
        data = flipped(whole, draw(st.integers(0, 8 * len(whole) - 1)))
    elif way == "longer":
        data = whole + draw(st.binary(min_size=1, max_size=9))
    elif way == "header":
        data = draw(headers()) + draw(st.binary(max_size=99))
    elif way == "array":
        shape = draw(array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=4))
        data = idx(draw(arrays(draw(st.sampled_from(list(TYPES))), shape)))
    elif way == "any":
        data = draw(st.binary(max_size=99))
    return draw(st.sampled_from(PLACED)), data


CLASSES = (
    st.none()
    | st.lists(st.text(LETTERS, max_size=9), max_size=9).map(
        lambda names: "\n".join(names).encode()
    )
    | st.binary(max_size=30)
)


@st.composite
def folders(draw):
    """Up to three files of a data set damaged, the others whole."""
    spoilt = draw(st.sets(st.sampled_from(NAMES), min_size=1, max_size=3))
    laid = {
        name: draw(files(WORLD[name])) if name in spoilt else (plain, WORLD[name]) for name in NAMES
    }
    return laid, draw(CLASSES)


def download_from(laid, classes):
    """The data set that the stage makes of such a folder, or what it says; what it leaves."""
    with tempfile.TemporaryDirectory() as here:
        mine, target = Path(here, "mine"), Path(here, "dataset")
        mine.mkdir()
        for name, (place, data) in laid.items():
            with suppress(OSError):  # where a file lies already, no folder can
                (mine / name).parent.mkdir(parents=True, exist_ok=True)
                place(mine / name, data)
        if classes is not None:
            (mine / "classes.txt").write_bytes(classes)
        tracemalloc.start()
        try:
            download.main(Path(here, "store"), mine, target, dataset=FOLDER)
        except InputError as error:
            left = list(target.glob("*")) if target.exists() else []
            assert str(mine) in str(error)
            assert left == []
            return str(error)
        finally:
            assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
            tracemalloc.stop()
        parts = [LabelledImages.load(target / f"{part}.npz") for part in ("train", "test")]
        return (*parts, Classes.load(target / "classes.json"))


@pytest.mark.usefixtures("as_users_run_it")
@given(folders())
def test_any_folder_is_read_whole_or_refused_in_a_line(folder):
    made = download_from(*folder)
    if isinstance(made, str):
        assert "\n" not in made
        return
    train, test, classes = made
    for images in (train, test):
        assert images.x.dtype == np.uint8 and len(images.x) == len(images.y) >= 3
        assert images.x.ndim == 3 or images.x.shape[3:] == (3,)
        assert images.x[0].size > 0
        assert 0 <= images.y.min() <= images.y.max() < len(classes.names)
    assert train.image_shape == test.image_shape


def encoded(suffix):
    """A whole picture in a file of that kind."""
    content, noise = io.BytesIO(), np.random.default_rng(0).integers(0, 256, (9, 8, 3), np.uint8)
    Image.fromarray(noise).save(content, suffix)
    return content.getvalue()


PICTURES = {suffix: encoded(suffix) for suffix in ("png", "jpeg", "webp", "bmp", "tiff")}
PIECES = st.sampled_from(["train", "test", "ape", "__MACOSX", ".x", "0", "\udcff", "a\nb"])


@st.composite
def pictures(draw):
    """The bytes of a picture, whole or damaged, and how they lie in the folder."""
    whole = PICTURES[draw(st.sampled_from(list(PICTURES)))]
    way = draw(st.sampled_from(["whole", "whole", "cut", "flipped", "any"]))
    if way == "cut":
        whole = whole[: draw(st.integers(0, len(whole) - 1))]
    elif way == "flipped":
        whole = flipped(whole, draw(st.integers(0, 8 * len(whole) - 1)))
    elif way == "any":
        whole = draw(st.binary(max_size=99))
    return draw(st.sampled_from([plain, plain, plain, loop, dangling, pipe, folder])), whole


@st.composite
def image_folders(draw):
    """Some good pictures of two classes, and anything beside them."""
    laid = {f"{name}/{n}.png": (plain, PICTURES["png"]) for name in "ab" for n in range(4)}
    if draw(st.booleans()):
        laid = {f"{part}/{name}": put for part in ("train", "test") for name, put in laid.items()}
    places = st.lists(PIECES, min_size=1, max_size=3).map("/".join)
    for place in draw(st.sets(places, max_size=4)):
        name = place + draw(st.sampled_from([".png", ".jpg", ".JPG", ".txt", ""]))
        laid.setdefault(name, draw(pictures()))
    return laid


@pytest.mark.usefixtures("as_users_run_it")
@settings(max_examples=25)
@given(image_folders())
def test_any_folder_of_pictures_is_read_whole_or_refused_line_by_line(folder):
    made = download_from(folder, None)
    if isinstance(made, str):
        first, *lines = made.splitlines()
        assert not lines or f"{len(lines)} mistake(s)" in first
        return
    train, test, classes = made
    assert train.image_shape == test.image_shape == (9, 8, 3)
    assert set(train.y.tolist()) == set(range(len(classes.names)))
    listed = sum(len(part.x) for part in (train, test))
    assert 8 <= listed <= 4 + 16


@st.composite
def data_sets(draw):
    """Images of any size and labels of any integer type, in two parts."""
    size = draw(array_shapes(min_dims=2, max_dims=2, max_side=5))
    image = (*size, *draw(st.sampled_from([(), (3,)])))
    labels = draw(st.sampled_from(["uint8", "int8", "int16", "int32"]))
    return [
        (
            draw(arrays(np.uint8, (n, *image))),
            draw(arrays(labels, n, elements=st.integers(0, 120))),
        )
        for n in draw(st.tuples(st.integers(3, 6), st.integers(3, 6)))
    ]


@given(data_sets(), st.tuples(*[st.sampled_from([plain, packed])] * 4))
def test_any_images_and_labels_come_back_as_they_were(parts, placed):
    written = [idx(array) for part in parts for array in part]
    laid = dict(zip(NAMES, zip(placed, written, strict=True), strict=True))
    *found, classes = download_from(laid, None)
    for got, (x, y) in zip(found, parts, strict=True):
        np.testing.assert_array_equal(got.x, x)
        np.testing.assert_array_equal(got.y, y)
    assert len(classes.names) == 1 + max(y.max() for _, y in parts)
