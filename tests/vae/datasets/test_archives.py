"""Archives: misbehaving mirrors, what is kept, and what torchvision lists."""

import errno
import gzip
import io
import re
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from pipeline.params import DataSet
from tests.vae.datasets.idx import md5
from vae.datasets import archives as datasets
from vae.datasets import mirrors
from vae.datasets.archives import Archive, Unavailable, archives, fetch

NAME = "images.gz"
BODY = gzip.compress(np.random.default_rng(0).bytes(20_000), mtime=0)
PAGE = b"<!DOCTYPE html><html>Please log in</html>"


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

    def drips_headers(self):
        self.drip(b"HTTP/1.0 200 OK\r\n" + b"X-Filler: x\r\n" * 100)

    def endless(self):
        self.send_response(200)
        self.end_headers()
        while not self.server.closing.is_set():
            self.wfile.write(bytes(1 << 16))

    def huge(self):
        self.answer(length=10**13)

    def compressed(self):
        body = gzip.compress(BODY)
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def promises_more(self):
        self.answer(BODY, length=len(BODY) + 1)

    def to_a_file(self):
        self.answer(status=302, location=Path(__file__).as_uri())

    def to_ftp(self):
        self.answer(status=302, location="ftp://127.0.0.1/x")

    def garbage(self):
        self.wfile.write(bytes(range(256)))

    def every_other(self):
        if self.server.asked.count(self.path) % 2:
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.answer(BODY)

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
    "truncated": f"ended after 10000 of {len(BODY)} bytes",
    "drips_headers": "hangs: silent",
    "endless": "sends more than 1 MiB",
    "huge": "sends more than 1 MiB",
    "compressed": r"gave \d+ bytes with MD5",
    "promises_more": f"ended after {len(BODY)} of {len(BODY) + 1} bytes",
    "to_a_file": "Redirection to url 'file:",
    "to_ftp": "unknown url type: ftp",
    "garbage": r"BadStatusLine|HTTP|\\x00",
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


@pytest.fixture(autouse=True, scope="module")
def small():
    """A limit that an endless answer reaches at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mirrors, "_LARGEST", 1 << 20)
        yield


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
        fetch("mnist", store, timeout=1.5)
    return str(caught.value), store


@pytest.mark.parametrize("behaviour", ["good", "unsized", "moved"])
def test_a_good_mirror_gives_the_archive(behaviour, server, tmp_path, monkeypatch):
    offer(monkeypatch, server, behaviour)
    fetch("mnist", tmp_path, timeout=1.5)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("behaviour", REFUSALS)
def test_after_a_bad_mirror_the_next_is_used(behaviour, server, tmp_path, monkeypatch):
    offer(monkeypatch, server, behaviour, "good")
    fetch("mnist", tmp_path, timeout=1.5)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("behaviour, answer", REFUSALS.items())
def test_unavailable_names_each_mirror_and_its_answer(behaviour, answer, refused, running):
    url = re.escape(f"{running.address}/{behaviour}/{NAME}: ")
    assert re.search(url + f"[^/]*{answer}", refused[0])


@pytest.mark.parametrize("behaviour", ["every_other"])
def test_a_line_that_broke_once_is_asked_once_more(behaviour, server, tmp_path, monkeypatch):
    offer(monkeypatch, server, behaviour)
    fetch("mnist", tmp_path, timeout=1.5)
    assert (tmp_path / NAME).read_bytes() == BODY
    assert len(server.asked) == 2


@pytest.mark.parametrize("behaviour", ["altered", "forbidden", "silent"])
def test_what_will_not_pass_is_not_asked_again(behaviour, server, tmp_path, monkeypatch):
    offer(monkeypatch, server, behaviour)
    with pytest.raises(Unavailable):
        fetch("mnist", tmp_path, timeout=1.5)
    assert len(server.asked) == 1


def test_unavailable_names_the_remedies(refused):
    assert re.search(rf"DATASET_MIRROR .* mnist/{NAME}.*digits", refused[0])


def test_mirrors_that_fail_leave_nothing_in_the_store(refused):
    assert list(refused[1].iterdir()) == []


def test_where_nobody_listens_the_next_mirror_is_used(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, mirror="http://127.0.0.1:1", timeout=1.5)
    assert (tmp_path / NAME).read_bytes() == BODY


def test_a_whole_archive_in_the_store_is_not_fetched_again(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, timeout=1.5)
    fetch("mnist", tmp_path, timeout=1.5)
    assert server.asked == [f"/good/{NAME}"]


def test_an_altered_archive_in_the_store_is_fetched_again(server, tmp_path, monkeypatch):
    (tmp_path / NAME).write_bytes(BODY[:-1])
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, timeout=1.5)
    assert (tmp_path / NAME).read_bytes() == BODY


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_mirror_of_ones_own_is_asked_first_by_data_set_and_archive(
    slash, server, tmp_path, monkeypatch
):
    offer(monkeypatch, server, "busy")
    fetch("kmnist", tmp_path, mirror=f"{server.address}/good{slash}", timeout=1.5)
    assert server.asked == [f"/good/kmnist/{NAME}"]


def test_a_local_folder_is_a_mirror(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "busy")
    (tmp_path / "mirror" / "mnist").mkdir(parents=True)
    (tmp_path / "mirror" / "mnist" / NAME).write_bytes(BODY)
    fetch("mnist", tmp_path / "store", mirror=str(tmp_path / "mirror"))
    assert (tmp_path / "store" / NAME).read_bytes() == BODY


def test_after_a_folder_without_the_archive_the_next_mirror_is_used(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    fetch("mnist", tmp_path, mirror=str(tmp_path / "nowhere"), timeout=1.5)
    assert (tmp_path / NAME).read_bytes() == BODY


def test_progress_is_told_every_byte_and_the_total(server, tmp_path, monkeypatch):
    offer(monkeypatch, server, "good")
    told = []
    fetch("mnist", tmp_path, timeout=1.5, progress=lambda *news: told.append(news))
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
        fetch("mnist", tmp_path, timeout=1.5)
    assert server.asked == [f"/good/{NAME}"]


def test_an_interrupted_download_leaves_the_store_as_it_was(server, tmp_path, monkeypatch):
    def interrupt(name, new, total):
        raise KeyboardInterrupt

    (tmp_path / NAME).write_bytes(b"old")
    offer(monkeypatch, server, "good")
    with pytest.raises(KeyboardInterrupt):
        fetch("mnist", tmp_path, timeout=1.5, progress=interrupt)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {NAME: b"old"}


@pytest.mark.parametrize("name", sorted(set(get_args(DataSet)) - {"digits", "shapes", "folder"}))
def test_every_archive_has_an_md5_and_addresses_that_end_with_its_name(name):
    for archive in archives(name):
        assert re.fullmatch("[0-9a-f]{32}", archive.md5)
        assert all(re.fullmatch(f"https?://.*/{archive.name}", url) for url in archive.urls)


@pytest.mark.parametrize(
    "name, number",
    [
        ("mnist", 4),
        ("qmnist", 4),
        ("emnist-letters", 1),
        ("cifar10", 1),
        ("svhn", 2),
        ("digits", 0),
    ],
)
def test_the_number_of_archives(name, number):
    assert len(archives(name)) == number
