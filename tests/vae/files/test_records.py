"""Records: what is read is what was written, and every flipped bit is seen or harmless."""

import re
import struct
import time
import zipfile
import zlib
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import (
    array_shapes,
    arrays,
    boolean_dtypes,
    floating_dtypes,
    integer_dtypes,
    unsigned_integer_dtypes,
)
from jaxtyping import Float32, Int
from numpy import ndarray

from tests.vae.files.damage import WAYS, complaint, flipped, spoilt
from vae.files import records


class Leg(NamedTuple):
    places: ndarray
    length: float


class Trip(NamedTuple):
    """Every kind of field."""

    map: ndarray
    name: str
    stops: int
    loop: bool
    first: Leg
    by_place: dict[str, Leg]
    groups: list[list[Leg]]
    note: str | None
    last: Leg | None


class Other(NamedTuple):
    map: ndarray
    name: str


def leg(seed):
    random = np.random.default_rng(seed)
    return Leg(random.normal(size=(3, 2)).astype(np.float32), float(random.normal()))


def trip(**changes):
    made = Trip(
        map=np.arange(28, dtype=np.uint8).reshape(7, 2, 2),
        name="über Köln",
        stops=3,
        loop=True,
        first=leg(0),
        by_place={"Köln": leg(1), "Bonn": leg(2)},
        groups=[[leg(3)], [leg(4), leg(5)]],
        note=None,
        last=None,
    )
    return made._replace(**changes)


def same(a, b):
    """Whether two values are of one type and one content, arrays of one dtype and shape."""
    if type(a) is not type(b):
        return False
    if isinstance(a, ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and same(list(a.values()), list(b.values()))
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b


def read(path):
    return records.load(Trip, path)


@pytest.fixture
def path(tmp_path):
    """A whole file of a trip."""
    records.save(trip(), tmp_path / "trip.npz")
    return tmp_path / "trip.npz"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"note": "", "last": leg(6)},
        {"note": "back", "last": leg(6), "by_place": {}, "groups": []},
        {"groups": [[leg(n)] for n in range(12)]},  # of which the tenth sorts before the second
        {"map": np.zeros((0, 28, 28), np.int64), "stops": -(2**40), "loop": False},
        {"first": Leg(np.array([np.nan, -0.0, np.inf]), -1e-300)},
    ],
    ids=["without options", "with options", "nothing in it", "many", "no image", "odd numbers"],
)
def test_a_record_is_read_as_it_was_written(changes, tmp_path):
    records.save(trip(**changes), tmp_path / "trip.npz")
    found = records.load(Trip, tmp_path / "trip.npz", finite=False)
    for name, got, wanted in zip(Trip._fields, found, trip(**changes), strict=True):
        assert same(got, wanted), name


def test_the_comparison_of_these_tests_sees_a_difference():
    assert same(trip(), trip())
    for changes in ({"stops": 3.0}, {"first": leg(9)}, {"groups": [[leg(3), leg(4)], [leg(5)]]}):
        assert not same(trip(), trip(**changes))


def test_the_same_record_gives_the_same_bytes_on_another_day(path, tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1e9)
    records.save(trip(), tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


def test_members_are_called_by_their_path(path):
    with np.load(path) as file:
        assert {"map", "first.length", "by_place.Bonn.places", "groups.1.0.length"} <= set(file)


def test_the_suffix_is_the_one_asked_for(tmp_path):
    records.save(trip(), tmp_path / "trip.record")
    assert [file.name for file in tmp_path.iterdir()] == ["trip.record"]


def test_nothing_is_pickled(tmp_path):
    class Free(NamedTuple):
        anything: object

    for anything in (np.array([1, None]), {"a": lambda: None}):
        with pytest.raises(ValueError, match="pickle"):
            records.save(Free(anything), tmp_path / "free.npz")


@pytest.mark.parametrize("way", WAYS)
def test_a_damaged_file_is_told_with_the_remedy(way, path):
    path.write_bytes(WAYS[way](path.read_bytes()))
    told = complaint(read, path)
    assert re.match(f"{re.escape(str(path))} is not a whole file of Trip: .+; remove it", told)


def test_a_file_cut_anywhere_is_told(path):
    whole = path.read_bytes()
    for size in range(0, len(whole), 41):
        path.write_bytes(whole[:size])
        complaint(read, path)


def test_a_flipped_bit_is_told_or_changes_nothing(path):
    whole, seen = path.read_bytes(), 0
    for bit in range(0, 8 * len(whole), 47):  # coprime to 8, so each bit of a byte has its turn
        path.write_bytes(flipped(whole, bit))
        try:
            assert same(read(path), trip()), bit
        except records.InputError:
            complaint(read, path)
            seen += 1
    assert seen > 500


def test_a_comment_that_would_hide_members_is_told(path):
    """The length of a member's comment in the archive's directory, bit by bit: whoever trusts it
    takes the members behind for the comment, and a list or a mapping would be shorter."""
    whole = path.read_bytes()
    entries = [found.start() for found in re.finditer(rb"PK\x01\x02", whole)]
    assert len(entries) == 16
    for entry in entries[:-1]:
        for bit in range(16):
            path.write_bytes(flipped(whole, 8 * (entry + 32) + bit))
            complaint(read, path)


def test_a_shape_that_shrank_is_told_though_the_bytes_that_it_names_are_there(tmp_path):
    """A large array is read in parts, and zipfile checks its sum only at the end."""
    path = tmp_path / "trip.npz"
    records.save(trip(map=np.zeros((70_000, 8), np.uint8)), path)
    whole = path.read_bytes()
    assert whole.count(b"(70000, 8)") == 1
    path.write_bytes(whole.replace(b"(70000, 8)", b"(30000, 8)"))
    assert "damaged" in complaint(read, path)


def rewritten(path, **changes):
    """The members of a file with some others; None takes one away."""
    with np.load(path) as file:
        members = dict(file) | changes
    np.savez(path, **{name: array for name, array in members.items() if array is not None})


@pytest.mark.parametrize("member", ["map", "name", "first.length", "groups.0.0.places"])
def test_a_missing_member_is_told(member, path):
    rewritten(path, **{member: None})
    complaint(read, path)


@pytest.mark.parametrize("member", ["colour", "first.colour", "groups.1.0.colour"])
def test_a_member_too_many_is_told_by_its_name(member, path):
    rewritten(path, **{member: np.zeros(3)})
    assert "it holds colour" in complaint(read, path)


def test_a_missing_place_of_a_list_is_told(path):
    rewritten(path, **{"groups.1.0.places": None, "groups.1.0.length": None})
    complaint(read, path)


def test_an_array_in_place_of_a_number_is_told(path):
    rewritten(path, stops=np.arange(3))
    complaint(read, path)


@pytest.mark.parametrize("member", ["first.places", "groups.1.0.length"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_finite_number_is_told_unless_it_means_something(value, member, path):
    with np.load(path) as file:
        odd = np.full_like(file[member], value)
    rewritten(path, **{member: odd})
    assert f"its {member} holds what is no finite number" in complaint(read, path)
    assert type(records.load(Trip, path, finite=False)) is Trip


@pytest.mark.parametrize("member", ["stops", "first.length", "name"])
def test_a_value_of_another_type_is_told(member, path):
    rewritten(path, **{member: np.array(b"3")})
    assert f"its {member.rpartition('.')[2]} is" in complaint(read, path)


class Walk(NamedTuple):
    places: Float32[ndarray, "n 2"]
    names: Int[ndarray, " n"]
    before: list["Walk"]


@pytest.mark.usefixtures("as_users_run_it")  # each call would compare lengths on its own
@pytest.mark.parametrize(
    ("places", "names", "wrong"),
    [
        (np.zeros((3, 2), np.float32), np.zeros(3, int), None),
        (np.zeros((3, 2)), np.zeros(3, int), "places is float64"),
        (np.zeros((3, 3), np.float32), np.zeros(3, int), "places is float32 (3, 3)"),
        (np.zeros(6, np.float32), np.zeros(6, int), "places is float32 (6,)"),
        (np.zeros((3, 2), np.float32), np.zeros(4, int), "names is int64 (4,)"),
        (np.zeros((3, 2), np.float32), np.zeros(3), "names is float64 (3,)"),
    ],
    ids=["right", "type", "side", "axes", "another length", "no integers"],
)
def test_arrays_have_the_types_and_shapes_that_the_record_says(places, names, wrong, tmp_path):
    """Axes of one name have one length within a record, not from record to record."""
    path, good = tmp_path / "a.npz", (np.zeros((5, 2), np.float32), np.zeros(5, int))
    np.savez(
        path,
        **{"places": good[0], "names": good[1], "before.0.places": places, "before.0.names": names},
    )
    if wrong is None:
        assert len(records.load(Walk, path).before[0].names) == 3
    else:
        assert f"its {wrong}" in complaint(lambda file: records.load(Walk, file), path)


def test_bytes_are_mapped_and_other_arrays_read(path):
    found = read(path)
    assert isinstance(found.map.base, np.memmap) and not found.map.flags.writeable
    assert found.first.places.flags.writeable


def test_who_has_mapped_a_file_keeps_it_while_another_is_written_there(path):
    found = read(path)
    records.save(trip(map=np.zeros((2, 2), np.uint8)), path)
    np.testing.assert_array_equal(found.map, trip().map)


def test_a_record_saved_onto_the_file_that_it_maps_is_whole(path):
    records.save(read(path)._replace(stops=4), path)
    assert (read(path).stops, read(path).map.tobytes()) == (4, trip().map.tobytes())


@pytest.mark.parametrize("way", ["compressed", "column by column"])
def test_bytes_that_lie_otherwise_are_read(way, path):
    members = dict(np.load(path))
    members["map"] = np.asfortranarray(members["map"])
    (np.savez_compressed if way == "compressed" else np.savez)(path, **members)
    np.testing.assert_array_equal(read(path).map, trip().map)


def test_bytes_that_are_more_than_their_head_says_are_told(path):
    data = path.read_bytes()
    fewer = data.replace(b"(7, 2, 2)", b"(6, 2, 2)")
    content = fewer[fewer.index(b"\x93NUMPY") :][: 128 + 28]
    for crc in (fewer.index(b"PK\x03\x04") + 14, fewer.index(b"PK\x01\x02") + 16):
        fewer = fewer[:crc] + struct.pack("<I", zlib.crc32(content)) + fewer[crc + 4 :]
    path.write_bytes(fewer)
    assert "its map is no array: it has another size than its head" in complaint(read, path)


def test_what_is_no_array_is_told(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("note", "not an array")
    assert "its note is no array" in complaint(read, path)


class Anything(NamedTuple):
    one: ndarray
    more: dict[str, ndarray]


DTYPES = boolean_dtypes() | integer_dtypes() | unsigned_integer_dtypes() | floating_dtypes()
ARRAYS = arrays(DTYPES, array_shapes(min_dims=0, min_side=0, max_side=4))
KEYS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=5)


@given(ARRAYS, st.dictionaries(KEYS, ARRAYS, max_size=3))
def test_any_arrays_are_read_as_they_were_written(tmp_path, one, more):
    written = Anything(one, more)
    records.save(written, tmp_path / "any.npz")
    assert same(records.load(Anything, tmp_path / "any.npz", finite=False), written)


@given(st.data())
def test_any_damage_is_told_or_changes_nothing(path, tmp_path, data):
    whole = path.read_bytes()
    (tmp_path / "spoilt.npz").write_bytes(data.draw(spoilt(whole)))
    try:
        assert same(read(tmp_path / "spoilt.npz"), trip())
    except records.InputError:
        complaint(read, tmp_path / "spoilt.npz")


def test_objects_are_not_unpickled(path):
    rewritten(path, map=np.array([1, None]))
    assert "allow_pickle" in complaint(read, path)


def test_a_record_of_another_kind_is_told(path, tmp_path):
    records.save(Other(np.zeros(3), "a"), tmp_path / "other.npz")
    complaint(read, tmp_path / "other.npz")
    assert "file of Other" in complaint(lambda file: records.load(Other, file), path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.npz")
