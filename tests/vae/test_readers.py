"""Readers: every data set against arrays that we wrote ourselves, and files that do not fit."""

import gzip
import re
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from tests.project import ROOT
from tests.vae.idx import idx, md5, sample
from vae import shapes
from vae.files.errors import InputError
from vae.readers import read

# --- torchvision's data sets -----------------------------------------------------------------


def put(store, files):
    """Gzip every array into the store; its names and MD5s, as torchvision lists them."""
    listed = []
    for name, array in files.items():
        packed = gzip.compress(idx(array))
        (store / name).write_bytes(packed)
        listed.append((name, md5(packed)))
    return listed


def assert_holds(data, train, test):
    """The data set's arrays are exactly these."""
    for got, wanted in zip((*data.train, *data.test), (*train, *test), strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize(
    "name, kind, first_class",
    [
        ("mnist", "MNIST", "0"),
        ("fashion-mnist", "FashionMNIST", "T-shirt/top"),
        ("kmnist", "KMNIST", "o"),
    ],
)
def test_mnist_and_its_likes_read_back_exactly(name, kind, first_class, tmp_path, monkeypatch):
    import torchvision.datasets

    train, test = sample(6), sample(3)
    files = {
        "train-images-idx3-ubyte.gz": train[0],
        "train-labels-idx1-ubyte.gz": train[1],
        "t10k-images-idx3-ubyte.gz": test[0],
        "t10k-labels-idx1-ubyte.gz": test[1],
    }
    monkeypatch.setattr(getattr(torchvision.datasets, kind), "resources", put(tmp_path, files))
    data = read(name, tmp_path, tmp_path)
    assert_holds(data, train, test)
    assert (data.classes.dataset, data.classes.names[0]) == (name, first_class)
    assert len(data.classes.names) == 10


def test_qmnist_takes_the_class_from_the_first_of_its_labels(tmp_path, monkeypatch):
    from torchvision.datasets import QMNIST

    train, test = sample(6), sample(3)
    resources = {}
    for part, (x, y) in {"train": train, "test": test}.items():
        extended = np.full((len(x), 8), 77, np.int32)
        extended[:, 0] = y
        files = {
            f"qmnist-{part}-images-idx3-ubyte.gz": x,
            f"qmnist-{part}-labels-idx2-int.gz": extended,
        }
        listed = put(tmp_path, files)
        resources[part] = [(f"https://mirror.invalid/{file}", sum_) for file, sum_ in listed]
    monkeypatch.setattr(QMNIST, "resources", resources)
    assert_holds(read("qmnist", tmp_path, tmp_path), train, test)


@pytest.fixture
def emnist(tmp_path, monkeypatch):
    """EMNIST's one archive, its images transposed as in the real one, read by split."""
    from torchvision.datasets import EMNIST

    parts = {"train": sample(6, labels=26, first=1), "test": sample(3, labels=26, first=1)}
    with zipfile.ZipFile(tmp_path / "gzip.zip", "w") as archive:
        for split in ("letters", "balanced"):
            for part, (x, y) in parts.items():
                prefix = f"gzip/emnist-{split}-{part}"
                transposed = gzip.compress(idx(x.swapaxes(1, 2)))
                archive.writestr(f"{prefix}-images-idx3-ubyte.gz", transposed)
                archive.writestr(f"{prefix}-labels-idx1-ubyte.gz", gzip.compress(idx(y)))
    monkeypatch.setattr(EMNIST, "md5", md5((tmp_path / "gzip.zip").read_bytes()))
    return lambda name: (read(name, tmp_path, tmp_path), parts["train"], parts["test"])


def test_emnist_images_are_upright(emnist):
    assert_holds(*emnist("emnist-balanced"))


def test_emnist_letters_are_counted_from_zero(emnist):
    data, (x_train, y_train), (x_test, y_test) = emnist("emnist-letters")
    assert_holds(data, (x_train, y_train - 1), (x_test, y_test - 1))


@pytest.mark.parametrize(
    "name, class_names",
    [
        ("emnist-letters", "abcdefghijklmnopqrstuvwxyz"),
        ("emnist-balanced", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt"),
    ],
)
def test_emnist_class_names(name, class_names, emnist):
    assert emnist(name)[0].classes.names == tuple(class_names)


def test_mnist_has_its_published_sizes(mnist):
    assert (mnist.train.x.shape, mnist.test.x.shape) == ((60_000, 28, 28), (10_000, 28, 28))


def test_mnist_begins_with_a_five(mnist):
    assert mnist.train.y[0] == 5


def test_mnist_has_its_published_test_classes(mnist):
    assert np.bincount(mnist.test.y).tolist() == [
        *(980, 1135, 1032, 1010, 982),
        *(892, 958, 1028, 974, 1009),
    ]


# --- shapes ----------------------------------------------------------------------------------


def test_shapes_are_drawn_from_their_factors_in_both_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(shapes, "_COUNTS", {"train": 12, "test": 5})
    data = read("shapes", tmp_path, tmp_path)
    assert data.classes == ("shapes", ("disc", "square", "triangle", "cross", "ring"))
    for part, (x, y) in (("train", data.train), ("test", data.test)):
        made_of = shapes.factors(part)
        np.testing.assert_array_equal(x, shapes.draw(made_of))
        np.testing.assert_array_equal(y, made_of.shape)
    assert (data.train.image_shape, len(data.train.x), len(data.test.x)) == ((32, 32, 3), 12, 5)


# --- digits ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    nowhere = tmp_path_factory.mktemp("nowhere")
    return read("digits", nowhere, nowhere)


def test_digits_are_scikit_learns_scaled_to_bytes(digits):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    wanted = np.column_stack([np.floor(x * 255 / 16 + 0.5), y])
    images = np.concatenate([digits.train.x, digits.test.x]).reshape(1797, 64)
    got = np.column_stack([images, np.concatenate([digits.train.y, digits.test.y])])
    assert sorted(got.tolist()) == sorted(wanted.tolist())


def test_digits_are_8_by_8_of_ten_classes(digits):
    assert digits.train.image_shape == digits.test.image_shape == (8, 8)
    assert digits.classes == ("digits", tuple("0123456789"))


def test_digits_are_split_the_same_way_each_time(digits, tmp_path):
    again = read("digits", tmp_path, tmp_path)
    assert_holds(again, digits.train, digits.test)


# --- one's own folder ------------------------------------------------------------------------

FILES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
X_TRAIN, Y_TRAIN, X_TEST, Y_TEST = FILES
CLASSES = "red\ngreen\nblau & grün\n"


@pytest.fixture
def folder(tmp_path):
    """Six training and three test images of classes 0, 1, 2."""
    for name, array in zip(FILES, (*sample(6, labels=3), *sample(3, labels=3)), strict=True):
        (tmp_path / name).write_bytes(idx(array))
    (tmp_path / "classes.txt").write_text(CLASSES, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 3)], ids=["grey", "colour"])
@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gz"])
def test_a_folder_reads_back_exactly(gzipped, shape, tmp_path):
    train, test = sample(6, shape), sample(3, shape)
    for name, array in zip(FILES, (*train, *test), strict=True):
        if gzipped:
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress(idx(array)))
        else:
            (tmp_path / name).write_bytes(idx(array))
    assert_holds(read("folder", tmp_path, tmp_path), train, test)


def test_a_folders_labels_may_be_wide_integers(folder):
    wide = np.array([0, 2, 1, 299, 258, 0], np.int32)  # each byte of the number counts
    (folder / Y_TRAIN).write_bytes(idx(wide))
    (folder / "classes.txt").unlink()
    np.testing.assert_array_equal(read("folder", folder, folder).train.y, wide)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_classes_txt_names_the_classes(encoding, folder):
    (folder / "classes.txt").write_text(CLASSES, encoding=encoding)
    names = read("folder", folder, folder).classes.names
    assert names == ("red", "green", "blau & grün")


def test_without_classes_txt_classes_are_called_by_number(folder):
    (folder / "classes.txt").unlink()
    (folder / Y_TEST).write_bytes(idx(np.array([0, 4, 1], np.uint8)))
    assert read("folder", folder, folder).classes.names == ("0", "1", "2", "3", "4")


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


GOOD_LABELS = idx(np.zeros(6, np.uint8))
PACKED = gzip.compress(GOOD_LABELS)
BAD = {
    "missing": (Y_TRAIN, None, f"nor {Y_TRAIN}.gz; see its README"),
    "empty": (Y_TRAIN, b"", "not a whole IDX file.* see .*README"),
    "truncated": (Y_TRAIN, GOOD_LABELS[:-1], "not a whole IDX file.* see .*README"),
    "truncated in its header": (Y_TRAIN, GOOD_LABELS[:6], "not a whole IDX file.* see .*README"),
    "too long": (Y_TRAIN, GOOD_LABELS + b"\0", "not a whole IDX file.* see .*README"),
    "garbage": (Y_TRAIN, b"label,pixel\n5,0\n", "no IDX header; see .*README"),
    "no axis": (Y_TRAIN, b"\0\0\x08\0\0", "no IDX header; see .*README"),
    "garbage called gz": (Y_TRAIN + ".gz", b"garbage", "not a whole IDX file.* see .*README"),
    "truncated gz": (Y_TRAIN + ".gz", PACKED[:-9], "not a whole IDX file.* see .*README"),
    "altered gz": (Y_TRAIN + ".gz", flip(PACKED, 10), "not a whole IDX file.* see .*README"),
    "wide images": (X_TRAIN, idx(np.zeros((6, 5, 4), np.int16)), "int16; .* unsigned bytes"),
    "tables for labels": (Y_TRAIN, idx(np.zeros((6, 2), np.uint8)), "list of whole numbers"),
    "fractions for labels": (Y_TRAIN, idx(np.full(6, 0.5, np.float32)), "list of whole numbers"),
    "latin-1": ("classes.txt", "grün".encode("latin-1"), "not UTF-8 text"),
}


@pytest.mark.parametrize("file, bytes_, message", BAD.values(), ids=BAD)
def test_a_bad_file_is_named_with_what_is_allowed(file, bytes_, message, folder):
    (folder / file.removesuffix(".gz")).unlink()
    if bytes_ is not None:
        (folder / file).write_bytes(bytes_)
    with pytest.raises(InputError, match=f"{re.escape(str(folder))}.*{file}.*{message}"):
        read("folder", folder, folder)


@pytest.mark.skipif(sys.platform != "linux", reason="counts the process's own memory")
def test_a_gzip_that_holds_more_than_its_header_says_is_refused_before_memory_fills(folder):
    """A gigabyte of zeros takes a megabyte of disk."""
    (folder / X_TEST).unlink()
    with gzip.open(folder / f"{X_TEST}.gz", "wb") as file:
        file.write(struct.pack(">HBBIII", 0, 8, 3, 10, 28, 28))
        for _ in range(1024):
            file.write(bytes(1 << 20))
    code = """if True:
        import resource, sys
        from pathlib import Path
        from vae.files.errors import InputError
        from vae.readers import read
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        try:
            read("folder", Path(sys.argv[1]), Path(sys.argv[1]))
        except InputError as error:
            print(error)
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
    """
    command = [sys.executable, "-c", code, str(folder)]
    said, megabytes = subprocess.check_output(command, text=True, cwd=ROOT).splitlines()
    assert "its header promises 7840 bytes, and more follow" in said
    assert int(megabytes) < 50


NOTHING = {X_TEST: np.zeros((0, 5, 4), np.uint8), Y_TEST: np.zeros(0, np.uint8)}
DISAGREE = {
    "counts": ({Y_TEST: np.zeros(2, np.uint8)}, "3 test images and 2 test labels"),
    "no images": (NOTHING, "0 test images .* at least 3"),
    "two images": (
        {X_TEST: np.zeros((2, 5, 4), np.uint8), Y_TEST: np.zeros(2, np.uint8)},
        "at least 3",
    ),
    "no pixels": (
        {X_TRAIN: np.zeros((6, 0, 4), np.uint8), X_TEST: np.zeros((3, 0, 4), np.uint8)},
        "training images are 0×4 and test images 0×4; .* H×W",
    ),
    "two channels": ({X_TEST: np.zeros((3, 5, 4, 2), np.uint8)}, "test images 5×4×2; .* H×W×3"),
    "shapes": ({X_TEST: np.zeros((3, 4, 5), np.uint8)}, "5×4 and test images 4×5; .* the same"),
    "flat images": ({X_TEST: np.zeros((3, 20), np.uint8)}, "5×4 and test images 20; .* the same"),
    "beyond classes.txt": ({Y_TEST: np.array([0, 1, 3], np.uint8)}, "3 class names.* 0 to 2"),
    "negative label": ({Y_TEST: np.array([0, -1, 1], np.int8)}, "from -1 to 1.* 0 to 2"),
}


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize("files, message", DISAGREE.values(), ids=DISAGREE)
def test_files_that_disagree_are_told_with_what_is_allowed(files, message, folder):
    for file, array in files.items():
        (folder / file).write_bytes(idx(array))
    with pytest.raises(InputError, match=f"{re.escape(str(folder))}: .*{message}.* README"):
        read("folder", folder, folder)


def test_a_stray_label_makes_no_list_of_names(folder):
    (folder / "classes.txt").unlink()
    (folder / Y_TEST).write_bytes(idx(np.array([0, 2**31 - 1, 1], np.int32)))
    with pytest.raises(InputError, match="labels run to 2147483647; number the classes from 0"):
        read("folder", folder, folder)
