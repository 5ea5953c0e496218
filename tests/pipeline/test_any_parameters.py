"""Parameters with any mistake in them: it is named by its key, and nothing else goes wrong."""

import copy
import math
import re
from importlib import import_module

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from claims.params import ClaimsParams
from pipeline import loading
from scores.rows import Scores
from tests.conftest import without_own
from tests.project import ROOT
from tests.vae.files.damage import LETTERS, flipped
from vae.files.errors import InputError


def shipped():
    """Every file of parameters, and what reads it."""
    yield "params.yaml", loading.read
    yield "claims/params.yaml", lambda path: loading.load(path, ClaimsParams)
    yield "scores/params.yaml", lambda path: loading.load(path, Scores)
    for file in sorted(ROOT.glob("claims/*/params.yaml")):
        schema = import_module(f"claims.{file.parent.name}").Settings
        yield (
            file.relative_to(ROOT).as_posix(),
            lambda path, schema=schema: loading.load(path, schema),
        )


READERS = dict(shipped())
CONTENT = {
    name: without_own(YAML(typ="safe").load((ROOT / name).read_text(encoding="utf-8")))
    for name in READERS
}
NAMED = {"models", "figures", "rows", "published"}
"""Sections whose keys are names that one chooses."""

OPTIONAL = {"once", "lattice"}
ONE_OF_TWO = "give samples or plane, one of the two"
"""Of a row of the scores, by whose name alone it is told."""


def places(value, path=()):
    """The path of every value, of sections and lists too."""
    if path:
        yield path
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in parts:
        yield from places(part, (*path, key))


PLACES = [(name, path) for name, content in CONTENT.items() for path in places(content)]
KEYS = [(name, path) for name, path in PLACES if isinstance(path[-1], str)]
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(),
    st.text(LETTERS, max_size=12),
    st.dates(),
    st.lists(st.none() | st.integers() | st.text(LETTERS, max_size=3), max_size=3),
    st.dictionaries(st.text(LETTERS, max_size=3), st.integers(), max_size=2),
)


def told(name, content, folder):
    """What is said of these parameters; nothing, if they are accepted."""
    path = folder / "mine.yaml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        YAML(typ="safe").dump(content, path)
    try:
        READERS[name](path)
    except InputError as error:
        assert str(path) in str(error)
        return str(error)
    return None


def mistakes(message):
    """The lines after the first, which counts them."""
    first, *lines = message.splitlines()
    assert int(first.split()[0]) == len(lines), message
    return [line.strip() for line in lines]


def altered(name, path, change):
    content = copy.deepcopy(CONTENT[name])
    *sections, key = path
    place = content
    for section in sections:
        place = place[section]
    before = place[key]
    change(place, key)
    return content, before


def place_of(name, path):
    """The section that holds a key."""
    place = CONTENT[name]
    for section in path[:-1]:
        place = place[section]
    return place


def chosen(path):
    return path[-2:-1] and path[-2] in NAMED


def suits(value, before):
    """Whether a value is of the type of the one that is shipped, as YAML tells types."""
    if isinstance(before, bool) or before is None:
        return (
            isinstance(value, bool) if before is not None else value is None or type(value) is int
        )
    if isinstance(before, float):
        return type(value) is int or (isinstance(value, float) and math.isfinite(value))
    return type(value) is type(before)


@given(st.sampled_from(PLACES), VALUES)
def test_a_value_of_another_type_is_named_by_its_key(tmp_path, where, value):
    name, path = where
    content, before = altered(name, path, lambda place, key: place.__setitem__(key, value))
    said = told(name, content, tmp_path)
    if not suits(value, before):
        key = ".".join(map(str, path))
        named = any(re.match(rf"{re.escape(key)}\b", line) for line in mistakes(said))
        assert named or ONE_OF_TWO in said
    elif said:
        assert mistakes(said)


@given(st.sampled_from(KEYS))
def test_a_key_that_is_missing_is_named(tmp_path, where):
    name, path = where
    content, _ = altered(name, path, lambda place, key: place.pop(key))
    said = told(name, content, tmp_path)
    if f"{'.'.join(map(str, path))}: missing" not in (mistakes(said) if said else ()):
        assert chosen(path) or path[-1] in OPTIONAL or ONE_OF_TWO in (said or "")


@given(st.sampled_from(KEYS), st.text(LETTERS, min_size=1, max_size=8), VALUES)
def test_an_unknown_key_is_named(tmp_path, where, key, value):
    name, path = where
    content, _ = altered(name, path, lambda place, _: place.setdefault(key, value))
    said = told(name, content, tmp_path)
    if said:
        assert mistakes(said)
    else:
        assert key in place_of(name, path) or chosen(path)


SNIPPETS = (
    *(
        b"\t",
        b"\xff",
        b"\x00",
        b"\xef\xbb\xbf",
        b"\r",
        b"---\n",
        b"%YAML 3.0\n",
        b"? ",
        b"- ",
        b": ",
    ),
    *(
        b"{",
        b"[",
        b"]",
        b'"',
        b"'",
        b"|\n",
        b">",
        b"&a ",
        b"*a",
        b"<<: *a\n",
        b"!!set ",
        b"@",
        b"`",
    ),
    *(b"!!python/object/apply:os.getcwd []", b"!!binary x", b"2025-13-45", b"1e999", b"0o17", b"~"),
    b"9" * 5000,
)


@st.composite
def texts(draw):
    """A file of parameters with its text spoilt."""
    name = draw(st.sampled_from(list(READERS)))
    data = (ROOT / name).read_bytes()
    at = draw(st.integers(0, len(data) - 1))
    match draw(st.sampled_from(["cut", "flipped", "snippet", "line twice", "line gone", "any"])):
        case "cut":
            return name, data[:at]
        case "flipped":
            return name, flipped(data, 8 * at + draw(st.integers(0, 7)))
        case "snippet":
            return name, data[:at] + draw(st.sampled_from(SNIPPETS)) + data[at:]
        case "any":
            return name, draw(st.binary(max_size=50))
        case way:
            lines = data.splitlines(keepends=True)
            line = at % len(lines)
            lines[line : line + 1] = [lines[line]] * 2 if way == "line twice" else []
            return name, b"".join(lines)


@given(texts())
def test_a_spoilt_text_is_told_or_still_suits(tmp_path, text):
    said = told(*text, tmp_path)
    assert said is None or len(said) < 10_000
