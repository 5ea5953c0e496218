"""Set the data set in params.yaml, as `make DATASET=…` asks, and the values of its preset.

A file in presets/ holds values of other keys, for data sets that it names under `for`, to which the
shipped models do not suit. `git checkout params.yaml` takes all of it back.

`dvc exp run -S` would do it, too, but stops with "failed to load directory" where it checks out
cached results over those of a commit that was run elsewhere (DVC 3.67).
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.files import atomic_write
from pipeline.run import PARAMS
from vae.files.metrics import flatten

PRESETS = Path("presets")


def main(name: str) -> None:
    """Leave all else in the file as it is, to the byte."""
    content = PARAMS.read_text(encoding="utf-8")
    values = {"dataset.name": name}
    for preset in sorted(PRESETS.glob("*.yaml")):
        suited = YAML(typ="safe").load(preset.read_text(encoding="utf-8"))
        if name in suited.pop("for"):
            values |= flatten(suited)
            print(f"{PARAMS}: values of {preset}; `git checkout {PARAMS}` takes them back")
    for key, value in values.items():
        content = _with(content, key, value)
    with atomic_write(PARAMS) as file:
        file.write_text(content, encoding="utf-8")


def _with(content: str, key: str, value: Any) -> str:
    """The text with another value at a dotted key; its comment stays."""
    *sections, last = key.split(".")
    within = "".join(
        rf"{'  ' * depth}{section}:.*\n(?:{'  ' * (depth + 1)}.*\n|\n)*?"
        for depth, section in enumerate(sections)
    )
    text = value if isinstance(value, str) else json.dumps(value)
    place = rf"^({within}{'  ' * len(sections)}{last}:) (?:\[.*?\]|\S+)"
    changed, found = re.subn(place, lambda m: f"{m[1]} {text}", content, count=1, flags=re.M)
    if not found:
        sys.exit(f"{PARAMS}: there is no {key} to be set")
    return changed


if __name__ == "__main__":
    main(*sys.argv[1:])
