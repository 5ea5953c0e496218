"""The pipeline as a whole: what the dvc.yaml files promise."""

import ast
import re
import shlex
from itertools import pairwise, product

import networkx
import pytest

from pages.render import modules as modules_of
from pipeline import deps
from tests.project import ROOT
from tests.stages_of import ALL, EVERY, FILES, SCRIPTS, declared, main_of, module_of, outs, read

FOLDERS = (
    "vae",
    "figures",
    "pages",
    "pipeline",
    "stages",
    "claims",
    "scores",
    "sweeps",
    "benchmarks",
)
KEPT = {"data/archives", "data/states", "data/dataset"}
"""Folders that commands name and no stage owns whole."""


def modules(*folders):
    return [file for folder in folders for file in sorted((ROOT / folder).glob("**/*.py"))]


@pytest.mark.parametrize("file", FILES)
def test_code_dependencies_are_those_that_the_imports_ask_for(file, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / file).read_text(encoding="utf-8")
    assert deps.rewritten(text) == text, "run `make deps`"


@pytest.mark.parametrize("name", EVERY)
def test_a_stage_declares_the_parameters_that_its_script_reads_and_no_others(name):
    stage = EVERY[name]
    if read(stage) == ALL:
        assert "params.yaml" in stage["deps"]
    else:
        assert declared(stage) == read(stage)


@pytest.mark.parametrize("name", EVERY)
def test_a_command_names_the_paths_that_the_stage_reads_and_writes(name):
    stage = EVERY[name]
    words = {word.partition(":")[0] for word in shlex.split(stage["cmd"])[3:] if "/" in word}
    code = set(deps.code_of(module_of(stage).replace(".", "/") + ".py"))
    data = {dep for dep in stage["deps"] if dep not in code and not dep.startswith("pipeline/")}
    settings = {word for word in words if word.endswith("params.yaml")}
    implied = {"params.yaml", "data/params.schema.json", "reports/figures", *scripts(stage)}
    named = words - settings
    paths = data | set(outs(stage))
    loose = {path for path in paths - implied if not any(inside(path, word) for word in named)}
    assert not loose, "no argument names them"
    unknown = {word for word in named - KEPT if not any(inside(path, word) for path in paths)}
    assert not unknown, "neither a dependency nor an output"


def scripts(stage):
    """The JavaScript of the pages that a stage writes."""
    pages = [ROOT / dep / "page.js" for dep in stage["deps"]]
    return {file.relative_to(ROOT).as_posix() for page in pages for file in modules_of(page)}


@pytest.mark.parametrize("name", EVERY)
def test_a_page_depends_on_every_script_that_it_imports(name):
    deps_ = EVERY[name]["deps"]
    assert {s for s in scripts(EVERY[name]) if not any(inside(s, dep) for dep in deps_)} == set()


def inside(path, folder):
    return path == folder or path.startswith(f"{folder}/")


def test_the_claims_and_scores_run_in_the_root():
    for name, stage in EVERY.items():
        up = {"": 0, "scores": 1, "claims": 1}.get(name.rpartition(":")[0], 2)
        assert stage.get("wdir", "") == "/".join([".."] * up), name


def test_every_stage_says_what_it_does():
    assert all(stage.get("desc") for stage in EVERY.values())


def test_stages_are_exactly_the_scripts_of_the_pipeline():
    ran = {module_of(stage) for stage in SCRIPTS.values()}
    assert ran == {f"stages.{file.stem}" for file in modules("stages")} - {"stages.__init__"}


def test_every_script_runs():
    assert all(callable(main_of(stage)) for stage in EVERY.values())


# ---------------------------------------------------------------- the house


def arrows():
    """Imports between folders."""
    graph = networkx.DiGraph()
    for file in modules(*FOLDERS):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            ends = {(name or "").split(".")[0] for name in names} & set(FOLDERS)
            graph.add_edges_from((file.relative_to(ROOT).parts[0], end) for end in ends)
    graph.remove_edges_from(networkx.selfloop_edges(graph))
    return graph


def test_folders_import_one_way():
    assert networkx.is_directed_acyclic_graph(arrows())


def test_the_mathematics_imports_nothing_of_the_project_and_nobody_imports_a_stage():
    graph = arrows()
    assert not list(graph.successors("vae"))
    assert not [folder for folder in graph.predecessors("stages") if folder != "benchmarks"]
    assert set(graph.successors("figures")) == {"vae"}


def test_no_stage_imports_another():
    for file in modules("stages"):
        assert not re.search(r"^\s*(from|import) stages", file.read_text(encoding="utf-8"), re.M)


WRITES = re.compile(r"^(write\w*|dumps?|save\w*|tofile|to_\w+|imwrite)$")


def test_what_runs_the_stages_writes_no_content():
    """That is why no stage depends on it; see `pipeline.deps`."""
    apart = {"choose", "deps", "recover", "forkserver", "forkclient"}  # programs of their own
    imports = "\n".join(file.read_text(encoding="utf-8") for file in modules(*FOLDERS))
    assert not re.search(rf"^(from|import) pipeline.*\b({'|'.join(apart)})\b", imports, re.M)
    for file in modules("pipeline"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = getattr(called, "attr", getattr(called, "id", ""))
            assert file.stem in apart or not WRITES.match(name), f"{file} calls {name}"


def test_the_library_names_no_path_of_the_pipeline():
    for file in modules("vae", "figures", "pages"):
        code = ast.parse(file.read_text(encoding="utf-8"))
        words = {node.value for node in ast.walk(code) if isinstance(node, ast.Constant)}
        paths = {w for w in words if isinstance(w, str) and re.fullmatch(r"data/\S*", w)}
        assert not paths, file


def test_no_file_is_long():
    long = {
        file.relative_to(ROOT).as_posix(): lines
        for file in modules(*FOLDERS)
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > 250
    }
    assert not long


def test_the_readme_draws_the_pipeline_as_it_is():
    graph = networkx.DiGraph()
    made_by = {out: name for name, stage in SCRIPTS.items() for out in outs(stage)}
    for name, stage in SCRIPTS.items():
        for dep in stage["deps"]:
            for out, maker in made_by.items():
                made, used = general(out), general(dep)
                if inside(made, used) or inside(used, made):
                    graph.add_edge(maker, name)
    drawn = set()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in re.search(r"```mermaid\nflowchart TD\n(.*?)```", readme, re.S)[1].splitlines():
        groups = [group.split(" & ") for group in line.strip().split(" --> ")]
        drawn |= {edge for pair in pairwise(groups) for edge in product(*pair)}
    assert drawn == set(networkx.transitive_reduction(graph).edges)


def general(path):
    """A path of dvc.yaml without the name of what its stage loops over."""
    return re.sub(r"\$\{\w+\}", "*", path)
