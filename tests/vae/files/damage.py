"""Ways in which a file comes to harm, and what whoever reads it must then say."""

import pytest

from vae.files.errors import InputError

WAYS = {
    "empty": lambda data: b"",
    "cut after 4 bytes": lambda data: data[:4],
    "cut in the middle": lambda data: data[: len(data) // 2],
    "a web page": lambda data: b"<!DOCTYPE html>\n<html>Please log in</html>\n",
    "a pickle": lambda data: b"\x80\x04N.",
    "text in latin-1": lambda data: "grün,\n".encode("latin-1"),
}


def flipped(data, bit):
    """The bytes with one bit turned over."""
    place = bit // 8
    return data[:place] + bytes([data[place] ^ 1 << bit % 8]) + data[place + 1 :]


def complaint(read, path):
    """What `read` says of `path`: one line that names it."""
    with pytest.raises(InputError) as caught:
        read(path)
    told = str(caught.value)
    assert str(path) in told
    assert "\n" not in told
    return told
