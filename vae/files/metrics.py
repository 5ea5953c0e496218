"""Numbers in files: metrics as JSON, training curves as CSV, both as DVC reads them."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vae.files.errors import InputError

Row = dict[str, float]
"""The numbers of one epoch; see `vae.training.fit`."""


def write_metrics(path: Path, numbers: dict[str, Any]) -> None:
    """Write numbers, nested by name: JSON, four decimals, null for what is not finite."""
    text = json.dumps(_rounded(numbers), indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_metrics(path: Path) -> dict[str, Any]:
    """Read what `write_metrics` wrote.

    Raises:
        InputError: the file is damaged.
    """
    try:
        numbers = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(numbers, dict):
            raise ValueError("it holds no names")
    except ValueError as error:
        raise InputError(f"{path} holds no metrics: {error}; make it again") from None
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


def read_curve(path: Path) -> list[Row]:
    """Read what `write_curve` wrote.

    Raises:
        InputError: the file is damaged.
    """
    try:
        with path.open(newline="", encoding="utf-8") as text:
            rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(text)]
        if not rows:
            raise ValueError("it has no rows")
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
