"""Code dependencies from imports: on a small tree, and against what Python itself loads."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline import deps

TREE = {
    "pipeline/__init__.py": '"""How a stage is run."""\n',
    "pipeline/run.py": "from vae.hidden import secret\n",
    "stages/__init__.py": "",
    "stages/train.py": "import vae.records\nfrom vae.model import Net\nimport pipeline.run\n",
    "stages/draw.py": "from figures import plot, style\nfrom pages.shown import page\n",
    "vae/__init__.py": '"""Mathematics."""\n',
    "vae/records.py": "def load():\n    from vae.readers import read\n    return read\n",
    "vae/readers.py": "import numpy as np\nif True:\n    from vae.errors import Wrong\n",
    "vae/errors.py": "from vae import records\nclass Wrong(Exception): pass\n",  # in a circle
    "vae/hidden.py": "secret = 1\n",
    "vae/model/__init__.py": "from vae.model.net import Net\n",
    "vae/model/net.py": "from vae.model import layers\nclass Net: pass\n",
    "vae/model/layers.py": "size = 3\n",
    "figures/__init__.py": '"""Figures."""\n',
    "figures/plot.py": "from figures.style import ink\n",
    "figures/style.py": "ink = 0\n",
    "figures/other.py": "paper = 1\n",
    "pages/__init__.py": "",
    "pages/shown/__init__.py": "",
    "pages/shown/page.py": "words = 1\n",
    "pages/shown/page.html": "<p>",
    "params.yaml": "seed: 0\n",
}
DVC = """\
# every stage
stages:
  train:
    foreach: ${models}
    do:
      cmd: python -m stages.train params.yaml:models.${key} data/z.npz data/a.npz
      deps: ["data/z/${key}.npz", data/a.npz, stages/old.py, vae/gone.py]
      params: [seed]
      outs: ["data/${key}"]

  note:
    cmd: echo
    outs: [note.txt]

  draw:
    cmd: >-
      python -m stages.draw pages/shown out.png
    deps: [pages/shown, params.yaml, pipeline/run.py, figures]
    outs: [out.png] # a picture
"""
TRAINS = ["stages/train.py", "vae/errors.py", "vae/model", "vae/readers.py", "vae/records.py"]
DRAWS = ["stages/draw.py", "figures/plot.py", "figures/style.py"]


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A small project, in which this process stands."""
    for name, text in (TREE | {"dvc.yaml": DVC, "more/dvc.yaml": DVC}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    deps.imports.cache_clear()
    yield tmp_path
    deps.imports.cache_clear()


def call(patch, *options):
    """`python -m pipeline.deps`; what it exits with."""
    patch.setattr(sys, "argv", ["deps", *options])
    try:
        deps.main()
    except SystemExit as stopped:
        return stopped.code
    return None


def listed(file):
    """The dependencies of every stage that has any."""
    stages = YAML(typ="safe").load(Path(file).read_text())["stages"]
    return [s.get("do", s)["deps"] for s in stages.values() if "deps" in s.get("do", s)]


def test_imports_are_followed_into_functions_branches_and_circles(tree):
    assert deps.closure("vae/records.py") == {
        "vae/records.py",
        "vae/readers.py",
        "vae/errors.py",
    }


def test_what_is_of_the_pipeline_is_left_out_with_what_it_alone_imports(tree):
    found = deps.closure("stages/train.py")
    assert not any(file.startswith("pipeline/") for file in found)
    assert "vae/hidden.py" not in found


def test_a_package_counts_only_if_its_init_does_something(tree):
    found = deps.closure("stages/train.py")
    assert "vae/model/__init__.py" in found
    assert "vae/__init__.py" not in found
    (tree / "vae/__init__.py").write_text("import os\n")
    deps.imports.cache_clear()
    assert "vae/__init__.py" in deps.closure("stages/train.py")


def test_the_script_comes_first_and_a_folder_imported_whole_stands_for_its_files(tree):
    assert deps.code_of("stages/train.py") == TRAINS


def test_a_folder_of_which_a_module_is_not_imported_is_listed_by_its_files(tree):
    (tree / "vae/model/more.py").write_text("x = 1\n")
    assert deps.code_of("stages/train.py") == [
        "stages/train.py",
        "vae/errors.py",
        "vae/model/__init__.py",
        "vae/model/layers.py",
        "vae/model/net.py",
        "vae/readers.py",
        "vae/records.py",
    ]


def test_code_is_renewed_and_all_else_kept_in_its_order(tree, monkeypatch):
    assert call(monkeypatch) is None
    assert listed("dvc.yaml") == [
        ["data/z/${key}.npz", "data/a.npz", *TRAINS],
        ["pages/shown", "params.yaml", "pipeline/run.py", *DRAWS],
    ]
    assert (tree / "more/dvc.yaml").read_text() == (tree / "dvc.yaml").read_text()


def test_all_else_of_the_file_stays_as_it_was(tree, monkeypatch):
    call(monkeypatch)
    before, after = YAML(typ="safe").load(DVC), YAML(typ="safe").load(Path("dvc.yaml").read_text())
    for content in (before, after):
        for stage in content["stages"].values():
            stage.get("do", stage).pop("deps", None)
    assert before == after
    text = (tree / "dvc.yaml").read_text()
    assert text.startswith("# every stage\n")
    assert "outs: [out.png] # a picture\n" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_second_time_nothing_changes(tree, monkeypatch):
    call(monkeypatch)
    first = (tree / "dvc.yaml").read_text()
    call(monkeypatch)
    assert (tree / "dvc.yaml").read_text() == first


def test_an_environment_and_what_the_queue_left_behind_are_not_touched(tree, monkeypatch):
    for name in (".venv/lib/dvc.yaml", ".dvc/tmp/exps/x/dvc.yaml", ".dvc/tmp/exps/x/more/dvc.yaml"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(DVC)
    call(monkeypatch)
    assert {file.read_text() for file in tree.glob(".*/**/dvc.yaml")} == {DVC}
    assert (tree / "more/dvc.yaml").read_text() != DVC


def test_the_check_names_stale_files_exits_1_and_writes_nothing(tree, monkeypatch):
    call(monkeypatch)
    assert call(monkeypatch, "--check") is None
    text = (tree / "more/dvc.yaml").read_text()
    (tree / "more/dvc.yaml").write_text(stale := text.replace(", vae/records.py", ""))
    assert call(monkeypatch, "--check") == "more/dvc.yaml: run `make deps`"  # text exits with 1
    assert (tree / "more/dvc.yaml").read_text() == stale
    call(monkeypatch)
    assert (tree / "more/dvc.yaml").read_text() == text


@pytest.mark.parametrize(
    "file, text, stages",
    [
        ("vae/readers.py", "from vae import hidden\n", 1),
        ("figures/style.py", "from vae import hidden\n", 1),
        ("pipeline/run.py", "from figures import other\n", 0),
        ("figures/other.py", "from vae import hidden\n", 0),
    ],
)
def test_a_new_import_is_told_where_it_is_reached(file, text, stages, tree, monkeypatch):
    call(monkeypatch)
    before = listed("dvc.yaml")
    (tree / file).write_text(text)
    deps.imports.cache_clear()
    assert (call(monkeypatch, "--check") is not None) == bool(stages)
    call(monkeypatch)
    assert sum(a != b for a, b in zip(before, listed("dvc.yaml"), strict=True)) == stages


# --- the project's own scripts ---------------------------------------------------------------

LOADED = """
import importlib, json, sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

codes, compiled = {}, SourceFileLoader.get_code  # each module is loaded anew, but compiled once
SourceFileLoader.get_code = lambda self, name: (
    codes.get(name) or codes.setdefault(name, compiled(self, name))
)
for file in Path("pipeline").glob("*.py"):  # first, so that what these alone import is not counted
    importlib.import_module(f"pipeline.{file.stem}")
found = {}
for script in sys.argv[2:]:
    for name in [name for name in sys.modules if name.split(".")[0] in sys.argv[1].split()]:
        del sys.modules[name]
    importlib.import_module(script)
    found[script] = [
        Path(module.__file__).relative_to(Path.cwd()).as_posix()
        for name, module in sys.modules.items()
        if name.split(".")[0] in sys.argv[1].split()
    ]
print(json.dumps(found))
"""


def test_what_python_loads_for_a_script_is_among_its_dependencies(root, monkeypatch):
    monkeypatch.chdir(root)
    deps.imports.cache_clear()
    packages = {file.parent.name for file in root.glob("*/__init__.py")} - {"tests", "pipeline"}
    modules = [file.relative_to(root) for name in packages for file in root.glob(f"{name}/**/*.py")]
    scripts = {
        ".".join(file.with_suffix("").parts): file.as_posix()
        for file in modules
        if "\n    run(main)\n" in file.read_text(encoding="utf-8")
    }
    assert len(scripts) > 20
    done = subprocess.run(
        [sys.executable, "-c", LOADED, " ".join(packages), *scripts],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for script, loaded in json.loads(done.stdout).items():
        assert scripts[script] in loaded
        missed = set(loaded) - deps.closure(scripts[script])
        assert not [file for file in missed if not is_docstring(root / file)], script


def is_docstring(file):
    """Whether a module holds no more than that."""
    return len(ast.parse(file.read_text(encoding="utf-8")).body) <= 1
