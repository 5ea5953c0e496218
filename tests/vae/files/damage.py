"""Ways in which a file comes to harm, and what whoever reads it must then say."""

import pytest
from hypothesis import strategies as st

from vae.files.errors import InputError

LETTERS = st.characters(exclude_categories=["Cs"])
"""As of a text by default, but for the seconds that it takes to encode each of them first."""
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


@st.composite
def spoilt(draw, data):
    """The bytes cut, lengthened, with a bit turned over or a stretch overwritten; or any bytes."""
    at = draw(st.integers(0, len(data) - 1))
    return draw(
        st.sampled_from([data[:at], flipped(data, 8 * at + draw(st.integers(0, 7)))])
        | st.binary(min_size=1, max_size=20).map(lambda more: data + more)
        | st.binary(min_size=1, max_size=20).map(
            lambda new: data[:at] + new + data[at + len(new) :]
        )
        | st.binary(max_size=100)
    )


def complaint(read, path):
    """What `read` says of `path`: one line that names it."""
    with pytest.raises(InputError) as caught:
        read(path)
    told = str(caught.value)
    assert str(path) in told
    assert "\n" not in told
    return told
