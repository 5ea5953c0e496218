"""Numbers in files: metrics as JSON, training curves as CSV, both as DVC reads them."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import NoneType
from typing import Any

from vae.files.errors import InputError

Row = dict[str, float]
"""The numbers of one epoch; see `vae.training.fit`."""


def write_metrics(path: Path, numbers: dict[str, Any]) -> None:
    """Write numbers, nested by name: JSON, four decimals, null for what is not finite."""
    text = json.dumps(_rounded(numbers), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


class Numbers(dict[str, Any]):
    """Numbers of a file by name, nested as need be; another name raises InputError."""

    def __init__(self, path: Path, numbers: Mapping[str, Any]) -> None:
        super().__init__(numbers)
        self._path = path
        for name, value in numbers.items():
            if not isinstance(value, (dict, float, int, NoneType)):
                raise ValueError(f"{name} is no number")

    def __missing__(self, name: str) -> Any:
        raise InputError(f"{self._path} holds no {name}; make it again")


def read_metrics(path: Path, *names: str) -> Numbers:
    """Read what `write_metrics` wrote: all of it, or what lies under a name, and one in that.

    Raises:
        InputError: the file is damaged, or has no such name.
    """
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"), object_hook=partial(Numbers, path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} holds no metrics: {error}; make it again") from None
    for name in names:
        numbers = _named(path, numbers)[name]
    return _named(path, numbers)


def _named(path: Path, numbers: object) -> Numbers:
    if not isinstance(numbers, Numbers):
        raise InputError(f"{path} holds no metrics: it holds no names; make it again")
    return numbers


def write_curve(path: Path, history: Sequence[Row]) -> None:
    """Write one row for each epoch, with four decimals."""
    with path.open("w", newline="", encoding="utf-8") as text:
        writer = csv.DictWriter(text, history[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: value if key == "epoch" else f"{value:.4f}" for key, value in row.items()}
            for row in history
        )


def read_curve(path: Path) -> Sequence[Row]:
    """Read what `write_curve` wrote; a column that is not there raises InputError when asked for.

    Raises:
        InputError: the file is damaged.
    """
    try:
        text = path.read_text(encoding="utf-8")
        rows = [
            Numbers(path, {name: float(value) for name, value in row.items()})
            for row in csv.DictReader(io.StringIO(text, newline=""))
        ]
        if not rows or not text.endswith("\n"):
            raise ValueError("it ends too early")
    except (ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{path} is no training curve: {error}; make it again") from None
    return rows


def flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings by dotted keys.

    >>> flatten({"a": {"b": 1, "c": [2]}, "d": 3})
    {'a.b': 1, 'a.c': [2], 'd': 3}
    """
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(part) for key, part in value.items()}
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
