"""Data sets: misbehaving mirrors, every reader against arrays we wrote ourselves, bad input."""

import errno
import gzip
import hashlib
import io
import re
import struct
import threading
import time
import zipfile
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import get_args

import jaxtyping
import numpy as np
import pytest

from pipeline.params import DataSet
from vae import archives as datasets
from vae.archives import Archive, Dataset, Unavailable, archives, fetch, read
from vae.errors import InputError

NAME = "images.gz"
BODY = gzip.compress(np.random.default_rng(0).bytes(20_000), mtime=0)
PAGE = b"<!DOCTYPE html><html>Please log in</html>"


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


# --- mirrors ---------------------------------------------------------------------------------


class Mirror(BaseHTTPRequestHandler):
    """Answers /<behaviour>/… as the method of that name does."""

    def do_GET(self):
        self.server.asked.append(self.path)
        with suppress(OSError):  # the client may well hang up
            getattr(self, self.path.split("/")[1])()

    def log_message(self, *args):
        pass

    def answer(self, body=b"", status=200, length=None, location=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def drip(self, body):
        for i in range(len(body)):
            self.wfile.write(body[i : i + 1])
            if self.server.closing.wait(0.02):
                return

    def good(self):
        self.answer(BODY)

    def unsized(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(BODY)

    def moved(self):
        self.answer(status=302, location=f"/good/{NAME}")

    def forbidden(self):
        self.answer(status=403)

    def busy(self):
        self.answer(status=503)

    def silent(self):
        self.server.closing.wait(10)

    def drips(self):
        self.answer(length=len(BODY))
        self.drip(BODY)

    def drips_later(self):
        self.answer(BODY[:10_000], length=len(BODY))
        self.drip(BODY[10_000:])

    def loops(self):
        self.answer(status=302, location=self.path)

    def page(self):
        self.answer(PAGE)

    def moved_to_page(self):
        self.answer(status=302, location="/page")

    def truncated(self):
        self.answer(BODY[:10_000], length=len(BODY))

    def altered(self):
        self.answer(BODY[:-1] + bytes([BODY[-1] ^ 1]))


REFUSALS = {
    "forbidden": "403",
    "busy": "503",
    "silent": "hangs: silent",
    "drips": r"hangs: \d+ bytes",
    "drips_later": r"hangs: \d{1,3} bytes",  # not counting what came swiftly
    "loops": "infinite loop",
    "page": f"gave {len(PAGE)} bytes of a web page",
    "moved_to_page": f"gave {len(PAGE)} bytes of a web page",
    "truncated": "gave 10000 bytes with MD5 .* must be " + md5(BODY),
    "altered": f"gave {len(BODY)} bytes with MD5 .* must be " + md5(BODY),
}


@pytest.fixture(scope="module")
def running():
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("no_proxy", "127.0.0.1")
        server.asked, server.closing = [], threading.Event()
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.closing.set()
        server.shutdown()


@pytest.fixture
def server(running):
    running.asked.clear()
    return running


def offer(patch, server, *behaviours):
    """Let every data set be one archive, offered by mirrors that behave so."""
    urls = tuple(f"{server.address}/{behaviour}/{NAME}" for behaviour in behaviours)
    patch.setattr(datasets, "archives", lambda name: [Archive(NAME, md5(BODY), urls)])
    return urls


@pytest.fixture(scope="module")
def refused(running, tmp_path_factory):
    """The error after every bad mirror was tried, and the store it left."""
    store = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Unavailable) as caught:
        offer(patch, running, *REFUSALS)
        fetch("mnist", store, timeout=0.5)
    return str(caught.value), store


@pytest.mark.parametrize("behaviour", ["good", "unsized", "moved"])
def test_a_good_mirror_gives_the_archive(behaviour, server, tmp_path, monkeypatch):
    offer(monkeypatch, server, behaviour)
    fetch("mnist", tmp_path, timeout=0.5)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("behaviour", REFUSALS)
def test_after_a_bad_mirror_the_next_is_used(behaviour, server, tmp_path, monkeypatch):
    offer(monkeypatch, server, behaviour, "good")
    fetch("mnist", tmp_path, timeout=0.5)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("behaviour, answer", REFUSALS.items())
def test_unavailable_names_each_mirror_and_its_answer(behaviour, answer, refused, running):
    url = re.escape(f"{running.address}/{behaviour}/{NAME}: ")
    assert re.search(url + f"[^/]*{answer}", refused[0])


def test_unavailable_names_the_remedies(refused):
    assert re.search(rf"DATASET_MIRROR .* mnist/{NAME}.*digits", refused[0])


def test_mirrors_that_fail_leave_nothing_in_the_store(refused):
    assert list(refused[1].iterdir()) == []


def test_where_nobody_listens_the_next_mirror_is_used(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, mirror="http://127.0.0.1:1", timeout=0.5)
    assert (tmp_path / NAME).read_bytes() == BODY


def test_a_whole_archive_in_the_store_is_not_fetched_again(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, timeout=0.5)
    fetch("mnist", tmp_path, timeout=0.5)
    assert server.asked == [f"/good/{NAME}"]


def test_an_altered_archive_in_the_store_is_fetched_again(server, tmp_path, monkeypatch):
    (tmp_path / NAME).write_bytes(BODY[:-1])
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, timeout=0.5)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_of_ones_own_is_asked_first_by_data_set_and_archive(
    slash, server, tmp_path, monkeypatch
):
    offer(monkeypatch, server, "busy")
    fetch("kmnist", tmp_path, mirror=f"{server.address}/good{slash}", timeout=0.5)
    assert server.asked == [f"/good/kmnist/{NAME}"]


def test_a_local_folder_is_a_mirror(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "busy")
    (tmp_path / "mirror" / "mnist").mkdir(parents=True)
    (tmp_path / "mirror" / "mnist" / NAME).write_bytes(BODY)
    fetch("mnist", tmp_path / "store", mirror=str(tmp_path / "mirror"))
    assert (tmp_path / "store" / NAME).read_bytes() == BODY


def test_after_a_folder_without_the_archive_the_next_mirror_is_used(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, mirror=str(tmp_path / "nowhere"), timeout=0.5)
    assert (tmp_path / NAME).read_bytes() == BODY


def test_progress_is_told_every_byte_and_the_total(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    told = []
    fetch("mnist", tmp_path, timeout=0.5, progress=lambda *news: told.append(news))
    names, sizes, totals = zip(*told, strict=True)
    assert (set(names), sum(sizes), set(totals)) == ({NAME}, len(BODY), {len(BODY)})


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_as_such_and_not_as_a_mirrors_refusal(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good", "moved")
    real = Path.open
    monkeypatch.setattr(
        Path, "open", lambda path, mode="r": FullDisk() if mode == "wb" else real(path, mode)
    )
    with pytest.raises(OSError, match="No space left"):
        fetch("mnist", tmp_path, timeout=0.5)
    assert server.asked == [f"/good/{NAME}"]


def test_an_interrupted_download_leaves_the_store_as_it_was(server, tmp_path, monkeypatch):
    def interrupt(name, new, total):
        raise KeyboardInterrupt

    (tmp_path / NAME).write_bytes(b"old")
    offer(monkeypatch, server, "good")
    with pytest.raises(KeyboardInterrupt):
        fetch("mnist", tmp_path, timeout=0.5, progress=interrupt)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {NAME: b"old"}


@pytest.mark.parametrize("name", sorted(set(get_args(DataSet)) - {"digits", "folder"}))
def test_every_archive_has_an_md5_and_addresses_that_end_with_its_name(name):
    for archive in archives(name):
        assert re.fullmatch("[0-9a-f]{32}", archive.md5)
        assert all(re.fullmatch(f"https?://.*/{archive.name}", url) for url in archive.urls)


@pytest.mark.parametrize(
    "name, number", [("mnist", 4), ("qmnist", 4), ("emnist-letters", 1), ("digits", 0)]
)
def test_the_number_of_archives(name, number):
    assert len(archives(name)) == number


# --- torchvision's data sets -----------------------------------------------------------------

TYPES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13}


def idx(array):
    """A big-endian IDX file: 0, 0, type, number of axes, their lengths, the numbers."""
    header = struct.pack(f">HBB{array.ndim}I", 0, TYPES[array.dtype.name], array.ndim, *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def sample(n, shape=(5, 4), labels=10, first=0):
    """Random images (not square, so that a transposed one is seen) and labels."""
    random = np.random.default_rng(n)
    x = random.integers(0, 256, (n, *shape), dtype=np.uint8)
    return x, random.integers(first, first + labels, n).astype(np.uint8)


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
    for got, wanted in zip(
        (data.x_train, data.y_train, data.x_test, data.y_test), (*train, *test), strict=True
    ):
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
    assert (data.name, data.class_names[0], data.classes) == (name, first_class, 10)


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
    assert emnist(name)[0].class_names == tuple(class_names)


def test_mnist_has_its_published_sizes(mnist):
    assert (mnist.x_train.shape, mnist.x_test.shape) == ((60_000, 28, 28), (10_000, 28, 28))


def test_mnist_begins_with_a_five(mnist):
    assert mnist.y_train[0] == 5


def test_mnist_has_its_published_test_classes(mnist):
    assert np.bincount(mnist.y_test).tolist() == [
        *(980, 1135, 1032, 1010, 982),
        *(892, 958, 1028, 974, 1009),
    ]


# --- digits ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    nowhere = tmp_path_factory.mktemp("nowhere")
    return read("digits", nowhere, nowhere)


def test_digits_are_scikit_learns_scaled_to_bytes(digits):
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    wanted = np.column_stack([np.floor(x * 255 / 16 + 0.5), y])
    images = np.concatenate([digits.x_train, digits.x_test]).reshape(1797, 64)
    got = np.column_stack([images, np.concatenate([digits.y_train, digits.y_test])])
    assert sorted(got.tolist()) == sorted(wanted.tolist())


def test_digits_are_8_by_8_of_ten_classes(digits):
    assert (digits.image_shape, digits.class_names) == ((8, 8), tuple("0123456789"))


def test_digits_are_split_the_same_way_each_time(digits, tmp_path):
    again = read("digits", tmp_path, tmp_path)
    assert_holds(again, (digits.x_train, digits.y_train), (digits.x_test, digits.y_test))


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
    np.testing.assert_array_equal(read("folder", folder, folder).y_train, wide)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_classes_txt_names_the_classes(encoding, folder):
    (folder / "classes.txt").write_text(CLASSES, encoding=encoding)
    names = read("folder", folder, folder).class_names
    assert names == ("red", "green", "blau & grün")


def test_without_classes_txt_classes_are_called_by_number(folder):
    (folder / "classes.txt").unlink()
    (folder / Y_TEST).write_bytes(idx(np.array([0, 4, 1], np.uint8)))
    assert read("folder", folder, folder).class_names == ("0", "1", "2", "3", "4")


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


NOTHING = {X_TEST: np.zeros((0, 5, 4), np.uint8), Y_TEST: np.zeros(0, np.uint8)}
DISAGREE = {
    "counts": ({Y_TEST: np.zeros(2, np.uint8)}, "3 test images and 2 test labels"),
    "no images": (NOTHING, "0 test images .* at least one"),
    "shapes": ({X_TEST: np.zeros((3, 4, 5), np.uint8)}, "5×4 and test images 4×5; .* the same"),
    "flat images": ({X_TEST: np.zeros((3, 20), np.uint8)}, "5×4 and test images 20; .* the same"),
    "beyond classes.txt": ({Y_TEST: np.array([0, 1, 3], np.uint8)}, "3 class names.* 0 to 2"),
    "negative label": ({Y_TEST: np.array([0, -1, 1], np.int8)}, "from -1 to 1.* 0 to 2"),
}


@pytest.fixture
def as_users_run_it():
    """Without the type checks of tests, which would speak before the check that users meet."""
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", False)


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize("files, message", DISAGREE.values(), ids=DISAGREE)
def test_files_that_disagree_are_told_with_what_is_allowed(files, message, folder):
    for file, array in files.items():
        (folder / file).write_bytes(idx(array))
    with pytest.raises(InputError, match=f"{re.escape(str(folder))}: .*{message}.* README"):
        read("folder", folder, folder)


# --- one file of arrays ----------------------------------------------------------------------


@pytest.fixture
def data():
    (x_train, y_train), (x_test, y_test) = (sample(n, (5, 4, 3), labels=3) for n in (6, 3))
    labels = y_train.astype(np.int64), y_test.astype(np.int64)
    return Dataset("folder", ("T-shirt/top", "grün", "3"), x_train, labels[0], x_test, labels[1])


def test_the_same_data_is_saved_as_the_same_bytes_on_another_day(data, tmp_path, monkeypatch):
    data.save(tmp_path / "a.npz")
    monkeypatch.setattr(time, "time", lambda: 1e9)
    data.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_saved_arrays_are_loaded_as_they_were(data, tmp_path):
    data.save(tmp_path / "a.npz")
    loaded = Dataset.load(tmp_path / "a.npz")
    assert_holds(loaded, (data.x_train, data.y_train), (data.x_test, data.y_test))


def test_saved_names_are_loaded_as_they_were(data, tmp_path):
    data.save(tmp_path / "a.npz")
    loaded = Dataset.load(tmp_path / "a.npz")
    assert (loaded.name, loaded.class_names) == ("folder", ("T-shirt/top", "grün", "3"))


@pytest.mark.parametrize("keep", [0, 10, 0.5])
def test_a_truncated_data_set_is_told_by_its_name(tmp_path, keep):
    read("digits", tmp_path, tmp_path).save(tmp_path / "a.npz")
    whole = (tmp_path / "a.npz").read_bytes()
    (tmp_path / "a.npz").write_bytes(whole[: keep if keep > 1 else int(keep * len(whole))])
    with pytest.raises(InputError, match=r"a\.npz is not a whole data set"):
        Dataset.load(tmp_path / "a.npz")
