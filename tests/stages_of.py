"""The stages of every dvc.yaml, with what each declares and what its script reads."""

import ast
import importlib
import inspect
import shlex
from pathlib import Path

from ruamel.yaml import YAML

from pipeline import deps
from pipeline.params import Params
from pipeline.section import Section
from tests.project import ROOT


def stages_of(file):
    """The definitions in a dvc.yaml, by name."""
    stages = YAML(typ="safe").load((ROOT / file).read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


FILES = sorted(p.relative_to(ROOT).as_posix() for p in deps.pipelines(ROOT))
SCRIPTS = stages_of("dvc.yaml")
"""The stages of the pipeline."""
EVERY = {
    f"{Path(file).parent.as_posix()}:{name}" if file != "dvc.yaml" else name: stage
    for file in FILES
    for name, stage in stages_of(file).items()
}
"""Those of the claims and the scores, too."""


def outs(stage):
    """Paths that a stage writes."""
    kinds = [out for kind in ("outs", "metrics", "plots") for out in stage.get(kind, [])]
    return [next(iter(out)) if isinstance(out, dict) else out for out in kinds]


def module_of(stage):
    """The module that a stage's command runs."""
    return shlex.split(stage["cmd"])[2]


def main_of(stage):
    return importlib.import_module(module_of(stage)).main


def declared(stage):
    """Parameters that a stage declares, as (file, leaf); a section stands for all its keys."""
    types = {
        name: parameter.annotation
        for name, parameter in inspect.signature(main_of(stage)).parameters.items()
    }
    addresses = dict(addressed(stage))
    found = set()
    for entry in stage.get("params", []):
        for file, keys in entry.items() if isinstance(entry, dict) else [("params.yaml", [entry])]:
            for key in keys:
                kind = next((types[n] for n, a in addresses.items() if a == (file, key)), None)
                found |= leaves(file, key, kind or types.get(key))
    return found


def addressed(stage):
    """Parameters of a script that are given by address, with its file and key."""
    words = shlex.split(stage["cmd"])[3:]
    for word, (name, parameter) in zip(
        words, inspect.signature(main_of(stage)).parameters.items(), strict=False
    ):
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and is_section(parameter.annotation):
            file, _, key = word.partition(":")
            yield name, (file, key)


def is_section(kind):
    return isinstance(kind, type) and issubclass(kind, Section)


ALL = {("params.yaml", "")}


def leaves(file, key, kind):
    """A key, or each key of the section that it is."""
    if is_section(kind):
        return {(file, f"{key}.{field}".lstrip(".")) for field in kind.model_fields}
    return {(file, key)}


def read(stage):
    """Parameters that a stage's script reads in `main`, as (file, leaf).

    A section that is handed on, or asked for more than its keys, counts as read whole.
    """
    main, addresses = main_of(stage), dict(addressed(stage))
    file = ROOT / module_of(stage).replace(".", "/")
    source = ast.parse(file.with_suffix(".py").read_text(encoding="utf-8"))
    function = next(n for n in source.body if isinstance(n, ast.FunctionDef) and n.name == "main")
    keys = {
        id(node.value): node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)
    }
    found = set()
    for name, parameter in inspect.signature(main).parameters.items():
        if name not in addresses and parameter.kind is not parameter.KEYWORD_ONLY:
            continue
        if parameter.annotation is Params:
            return ALL
        file, prefix = addresses.get(name, ("params.yaml", name))
        for node in ast.walk(function):
            if not (isinstance(node, ast.Name) and node.id == name):
                continue
            leaf = keys.get(id(node))
            if is_section(parameter.annotation) and leaf in parameter.annotation.model_fields:
                found.add((file, f"{prefix}.{leaf}".lstrip(".")))
            else:
                found |= leaves(file, prefix, parameter.annotation)
    return found
