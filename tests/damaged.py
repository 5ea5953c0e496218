"""Stages given damaged inputs, each in this process and in a folder of its own."""

import io
import json
import shlex
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import numpy as np
from ruamel.yaml import YAML

from pipeline import run
from tests.vae.files.damage import WAYS

OTHERS = (
    *("data/dataset/test.npz", "data/dataset/classes.json", "data/latents/cvae.npz"),
    *("data/classifier.safetensors", "reports/metrics/cvae.json", "reports/curves/cvae.csv"),
)
"""Files of different kinds, each to be put in the place of others."""
WHOLE = ("of fewer images", "nothing known", "twice as long")
"""What is done to a file that is whole all the same, and may be read as such."""


class Outcome(NamedTuple):
    """How a stage ended."""

    status: int
    told: str
    """On its standard error."""
    wrote: dict[str, bytes]
    """Its outputs, and whatever else it left."""


class Stage:
    """A stage that ran in a repository, to be run again on the same inputs but one.

    Of a stage of several models it is that of the conditional one, which reads most.
    """

    def __init__(self, repository, name, folder):
        lock = YAML(typ="safe").load((repository / "dvc.lock").read_text(encoding="utf-8"))
        stages = sorted(lock["stages"].items(), key=lambda item: item[0].endswith("@cvae"))
        found = {key.split("@")[0]: stage for key, stage in stages}[name]
        self.repository, self.folder, self.command = repository, folder, found["cmd"]
        self.deps = [dep["path"] for dep in found["deps"]]
        self.whole = {
            file.as_posix(): (repository / file).read_bytes()
            for out in found["outs"]
            for file in self._files(out["path"])
        }
        """Its outputs there."""
        for file in ["params.yaml", *(file for dep in self.deps for file in self._files(dep))]:
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            if not (folder / file).exists():
                (folder / file).symlink_to(repository / file)
        self.laid = set(folder.rglob("*"))

    def _files(self, place):
        """A file, or all files in a folder, relative to the repository."""
        root = self.repository / place
        found = sorted(f for f in root.rglob("*") if f.is_file()) if root.is_dir() else [root]
        return [file.relative_to(self.repository) for file in found]

    @property
    def inputs(self):
        """What another stage wrote for this one: of each folder one file of every kind."""
        made = [dep for dep in self.deps if dep.startswith(("data/", "reports/"))]
        files = [file for dep in made for file in self._files(dep)]
        return list({(file.parent, file.suffix): file for file in files}.values())

    def damages(self, file):
        """What may lie in the place of an input: what was done to it, and its bytes.

        None stands for a folder.
        """
        data = (self.repository / file).read_bytes()
        yield "a folder", None
        for way, change in WAYS.items():
            yield way, change(data)
        if file.suffix != ".png":  # whose last four bytes nobody reads
            yield "one byte short", data.rstrip()[:-1]
        for other in map(Path, OTHERS):
            if (other.parent, other.suffix) != (file.parent, file.suffix):
                yield f"{other} in its place", (self.repository / other).read_bytes()
        match file.suffix:
            case ".npz":
                if file.parent.name in ("dataset", "latents", "maps"):
                    yield "of fewer images", _fewer(data)
                yield from _other_arrays(data)
            case ".json":
                yield from _other_numbers(data)
            case ".csv":
                yield "other columns", data.replace(b"e", b"a")
                yield "words", data.replace(b".", b"x")

    def given(self, file, data):
        """Run the stage with these bytes, or an empty folder, in the place of an input."""
        place = self.folder / file
        place.unlink()
        place.mkdir() if data is None else place.write_bytes(data)
        told = io.StringIO()
        with (
            chdir(self.folder),
            mock.patch.object(sys, "argv", shlex.split(self.command)[2:]),
            mock.patch.object(run.gc, "freeze"),  # this process goes on
            redirect_stdout(io.StringIO()),
            redirect_stderr(told),
        ):
            try:
                run.run(import_module(sys.argv[0]).main)
                status = 0
            except SystemExit as end:
                status = end.code
        new = sorted(set(self.folder.rglob("*")) - self.laid, reverse=True)
        wrote = {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in new
            if path.is_file()
        }
        for path in [*new, place]:
            path.rmdir() if path.is_dir() else path.unlink()
        place.symlink_to(self.repository / file)
        return Outcome(status, told.getvalue(), wrote)


def _npz(members):
    file = io.BytesIO()
    np.savez(file, **members)
    return file.getvalue()


def _fewer(data):
    """A record of half as many images, whole in itself."""
    members = dict(np.load(io.BytesIO(data)))
    most = max(len(array) for array in members.values() if array.ndim)
    return _npz({k: v[: most // 2] if v.ndim and len(v) == most else v for k, v in members.items()})


def _other_arrays(data):
    """A record with one of its arrays in another form; of each list, the first alone."""
    members = dict(np.load(io.BytesIO(data)))
    for name, array in members.items():
        if not {"0"}.issuperset(filter(str.isdigit, name.split("."))):
            continue
        forms = {
            "flat": array.ravel() if array.ndim != 1 else array[:, None],
            "as text": array.astype(str),
            "twice as long": np.concatenate([np.atleast_1d(array)] * 2),
        }
        if array.dtype.kind == "f":
            forms["NaN"] = np.full_like(array, np.nan)
        for way, form in forms.items():
            yield f"{name} {way}", _npz(members | {name: form})


def _other_numbers(data):
    """JSON with other names, with words or nothing for numbers, and with one level less."""
    content = json.loads(data)

    def altered(value, name=lambda key: key, leaf=lambda value: value):
        if isinstance(value, dict):
            return {name(key): altered(part, name, leaf) for key, part in value.items()}
        return leaf(value)

    others = {
        "other names": altered(content, name=lambda key: f"{key}_"),
        "words": altered(content, leaf=lambda value: [str(value)]),
        "nothing known": altered(content, leaf=lambda value: None),
        "flat": dict.fromkeys(content, 1),
        "a list": [content],
    }
    if "classes" in content:
        others["of two classes"] = content | {"classes": ["a", "b"]}
    for way, other in others.items():
        yield way, json.dumps(other).encode()
