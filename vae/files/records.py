"""Records in files: a NamedTuple of arrays and numbers, nested as need be, as one .npz.

Each array and each number is a member of the archive, named by its path of fields, keys and
places: `bounds.kl`, `planes.vae.ratio`. Nothing is pickled, and the same record gives the same
bytes. Images, which are bytes, are not read into memory: they are mapped where they lie in the
file, since no member is compressed, so there may be more of them than memory holds.
"""

import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from jaxtyping import jaxtyped
from numpy import ndarray
from numpy.lib import format as npy

from vae.files.errors import InputError

Record = TypeVar("Record", bound=tuple)
_SCALARS: dict[type, Any] = {bool: bool, int: int, float: (float, int), str: str}
_DAMAGED = (
    *(EOFError, KeyError, MemoryError, OSError, RuntimeError, TypeError, ValueError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What reading a damaged archive may raise."""


def save(record: tuple, path: Path) -> None:
    """Write a NamedTuple of arrays, scalars, NamedTuples, and dicts or lists of such.

    Keys of a dict are texts without a dot; a field that is None is left out. A file that lies there
    is left to whoever has mapped it: a new one takes its name.
    """
    path.unlink(missing_ok=True)
    with path.open("wb") as file:  # given a path, numpy would append a suffix
        np.savez(file, allow_pickle=False, **dict(_members("", record)))


def load(kind: type[Record], path: Path, *, finite: bool = True) -> Record:
    """Read what `save` wrote of that kind.

    Args:
        kind: of the record; its arrays must have the types and shapes that it says. Arrays of bytes
            are mapped and cannot be written to; torch's `from_dlpack` takes them as they are.
        path: of the file.
        finite: whether NaN and infinity are damage; else they stand for what has no value.

    Raises:
        InputError: the file is damaged, or holds something else.
    """
    with path.open("rb") as raw:
        try:
            archive = zipfile.ZipFile(raw)
            _require_whole(archive)
            return _value(kind, _arrays(archive, raw, finite))
        except _DAMAGED as error:
            raise InputError(
                f"{path} is not a whole file of {kind.__name__}: {error}; remove it and make it "
                "again"
            ) from None


def _require_whole(archive: zipfile.ZipFile) -> None:
    """Stop at damage that reading the members would not notice.

    A member's checksum is compared at its end, which a shorter shape in its head never reaches; a
    comment, of which `save` writes none, would hide the members behind it.
    """
    if archive.testzip() or any(member.comment for member in archive.infolist()):
        raise ValueError("its checksums or its directory are damaged")


def _arrays(archive: zipfile.ZipFile, raw: io.BufferedReader, finite: bool) -> dict[str, ndarray]:
    """The members of an archive, if they are arrays and, if that is asked, of finite numbers."""
    members = {}
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        try:
            array = members[name] = _array(archive, member, raw)
        except ValueError as error:
            raise ValueError(f"its {name} is no array: {error}") from None
        if finite and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"its {name} holds what is no finite number")
    return members


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, raw: io.BufferedReader) -> ndarray:
    """A member that is an array: mapped if it is of bytes, else read."""
    with archive.open(member) as file:
        if npy.read_magic(file) == (1, 0):
            shape, by_column, dtype = npy.read_array_header_1_0(file)
            head, size = file.tell(), math.prod(shape)
            stored = member.compress_type == zipfile.ZIP_STORED and not by_column
            if dtype == np.uint8 and stored and size:
                if head + size != member.file_size:
                    raise ValueError("it has another size than its head says")
                place = _content(member, raw) + head
                mapped = np.memmap(raw, np.uint8, mode="r", offset=place, shape=shape)
                return np.asarray(mapped)
        file.seek(0)
        return npy.read_array(file, allow_pickle=False)


def _content(member: zipfile.ZipInfo, raw: io.BufferedReader) -> int:
    """Where in the archive's file a member's content begins: after its local head."""
    raw.seek(member.header_offset)
    *_, name, extra = struct.unpack("<4s5H3I2H", raw.read(30))
    return int(member.header_offset + 30 + name + extra)


def _members(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Every array and scalar under `path` with its own path."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    elif isinstance(value, list):
        value = {str(place): part for place, part in enumerate(value)}
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _members(f"{path}.{key}" if path else key, part)
    elif value is not None:
        yield path, value


def _value(kind: Any, members: Mapping[str, ndarray], name: str = "content") -> Any:
    """The value of a type whose members are these, named by their paths within it.

    Raises:
        ValueError: they are too few, too many, or not of the type's shapes.
    """
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (option for option in get_args(kind) if option is not NoneType)
        return _value(kind, members, name) if members else None
    if get_origin(kind) in (dict, list):
        parts = _grouped(members)
        inner = get_args(kind)[-1]
        values = {key: _value(inner, part, key) for key, part in parts.items()}
        return values if get_origin(kind) is dict else [values[str(i)] for i in range(len(values))]
    if hasattr(kind, "_fields"):
        parts = _grouped(members)
        hints = get_type_hints(kind)
        unknown = parts.keys() - hints.keys()
        if unknown:
            raise ValueError(f"it holds {', '.join(sorted(unknown))}")
        with jaxtyped("context"):  # in which axes of one name have one length
            values = {key: _value(hint, parts.get(key, {}), key) for key, hint in hints.items()}
            return kind(**values)
    if members.keys() != {""}:
        raise ValueError(f"it holds no {name}")
    array = members[""]
    value = array.item() if kind in _SCALARS else array
    if not isinstance(value, _SCALARS.get(kind, kind)):
        raise ValueError(f"its {name} is {array.dtype} {array.shape}, not {kind.__name__}")
    return value


def _grouped(members: Mapping[str, ndarray]) -> dict[str, dict[str, ndarray]]:
    """Members by the first part of their path."""
    groups: dict[str, dict[str, ndarray]] = {}
    for path, array in members.items():
        first, _, rest = path.partition(".")
        groups.setdefault(first, {})[rest] = array
    return groups
