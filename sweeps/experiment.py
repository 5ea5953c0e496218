"""The experiments of a sweep: settings with all other parameters, under names made from these.

What is done is known by its name, a hash of the commit, of every parameter and of the stages that
run: an edit of the sweep's file runs only what is new, and what two sweeps ask for is run once.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pipeline.loading import checked
from sweeps.schema import Setting, Sweep
from vae.files.errors import InputError
from vae.files.metrics import flatten

Params = Mapping[str, Any]
"""The content of params.yaml."""
_DIGITS = 12
"""Of a name: among a million two agree by a chance of 1 in 600."""


@dataclass(frozen=True)
class Experiment:
    """A setting, and what comes of it."""

    name: str
    setting: Setting
    params: Mapping[str, Any]
    """All parameters, by dotted key."""

    @property
    def words(self) -> str:
        """The setting in a line."""
        return ", ".join(f"{key} {value}" for key, value in self.setting.items()) or "as it is"


def experiments(sweep: Sweep, origin: str, base: str, params: Params) -> list[Experiment]:
    """Every experiment that a sweep asks for, each once.

    Args:
        sweep: the content of the file `origin`.
        origin: for messages.
        base: the commit that is run.
        params: the content of its params.yaml.

    Raises:
        InputError: a setting is none that the pipeline takes, with one line for every mistake.
    """
    found: dict[str, Experiment] = {}
    mistakes: dict[str, None] = {}
    for setting in sweep.expanded():
        try:
            content = _with(params, setting)
            checked(content, origin)
        except InputError as error:
            mistakes |= dict.fromkeys(str(error).split("\n  ")[1:])
            continue
        flat = flatten(content)
        name = _name([base, sorted(targets(sweep, params)), sorted(flat.items())])
        found.setdefault(name, Experiment(name, setting, flat))
    if mistakes:
        raise InputError("\n  ".join([f"{len(mistakes)} mistake(s) in {origin}:", *mistakes]))
    return list(found.values())


def targets(sweep: Sweep, params: Params) -> Sequence[str]:
    """The stages to run: those that are named, or what measures the models that it changes."""
    if sweep.targets:
        return sweep.targets
    changed = {tuple(key.split(".")[:2]) for key in sweep.keys}
    models = [name for name in params["models"] if ("models", name) in changed]
    if not models or any(section != "models" for section, *_ in changed):
        models = list(params["models"])
    return [f"evaluate@{name}" for name in models]


def measured(targets: Iterable[str], params: Params) -> list[str]:
    """The models of which stages named `stage@model` give the numbers; of others, all models."""
    named = {target.partition("@")[2] for target in targets}
    return [name for name in params["models"] if name in named or not named & {*params["models"]}]


def _with(params: Params, setting: Setting) -> dict[str, Any]:
    content: dict[str, Any] = deepcopy(dict(params))
    unknown = []
    for key, value in setting.items():
        *sections, last = key.split(".")
        place: Any = content
        for section in sections:
            place = place.get(section) if isinstance(place, dict) else None
        if not isinstance(place, dict) or last not in place or isinstance(place[last], dict):
            unknown.append(f"{key}: params.yaml has no such number or word")
        else:
            place[last] = value
    if unknown:
        raise InputError("\n  ".join(["", *unknown]))
    return content


def _name(what: list[Any]) -> str:
    """A name by content, in which 1 and 1.0 are the same, as they are to the schema."""
    text = json.dumps(what, default=str, sort_keys=True)
    whole = json.loads(text, parse_int=float)
    return f"sweep-{hashlib.sha256(json.dumps(whole).encode()).hexdigest()[:_DIGITS]}"
