"""The pipeline as a whole: what dvc.yaml promises, and a run of it."""

import ast
import importlib
import inspect
import json
import re
import shlex
from itertools import chain, pairwise, product
from pathlib import Path

import networkx
import pytest
from PIL import Image
from ruamel.yaml import YAML

from pipeline.params import Params
from tests.project import LOG, ROOT, call, edit


def stages_of(file):
    stages = YAML(typ="safe").load((ROOT / file).read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


SCRIPTS = stages_of("dvc.yaml")
EVERY = SCRIPTS | {f"claims/{name}": stage for name, stage in stages_of("claims/dvc.yaml").items()}
"""The stages of the pipeline, and those of the claims."""


PLUMBING = {"vae/errors.py", "vae/params.py", "vae/stage.py"}
"""Modules of every script that cannot change what it writes: the values of the parameters are
dependencies by themselves, and a new key in the schema must not train every model again."""


def imports(path):
    """The files of `vae` that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "vae":
            for name in node.names:
                inner = Path(*node.module.split("."), f"{name.name}.py")
                yield (
                    inner
                    if (ROOT / inner).exists()
                    else Path(*node.module.split(".")).with_suffix(".py")
                )


def closure(path):
    """All files of `vae` that a file imports, directly or not."""
    seen, open_ = set(), [Path(path)]
    while open_:
        for found in imports(open_.pop()):
            if (ROOT / found).exists() and found not in seen:
                seen.add(found)
                open_.append(found)
    return {file.as_posix() for file in seen}


def outs(stage):
    return [
        next(iter(out)) if isinstance(out, dict) else out
        for kind in ("outs", "metrics", "plots")
        for out in stage.get(kind, [])
    ]


def script_of(name):
    return re.match(r"python -m stages\.(\w+)", EVERY[name]["cmd"])[1]


def parameters_of(script):
    signature = inspect.signature(importlib.import_module(f"stages.{script}").main)
    return list(signature.parameters.values())


@pytest.mark.parametrize("name", EVERY)
def test_a_stage_depends_on_its_script_and_the_modules_that_it_imports(name):
    code = {dep for dep in EVERY[name]["deps"] if dep.endswith(".py")}
    script = f"stages/{script_of(name)}.py"
    imported = closure(script) - (set() if name == "check" else PLUMBING)
    assert code == {script} | imported


def declared(name):
    """Sections of the parameters, of whichever file."""
    keys = set()
    for entry in EVERY[name].get("params", []):
        keys |= {entry} if isinstance(entry, str) else {*chain(*entry.values())}
    return {key.split(".")[0] for key in keys}


@pytest.mark.parametrize("script", sorted({script_of(name) for name in EVERY}))
def test_a_script_reads_the_parameters_that_its_stages_declare_and_no_others(script):
    read = {p.name for p in parameters_of(script) if p.kind is p.KEYWORD_ONLY}
    if read == {"params"}:
        read = set(Params.model_fields) - {"claims"}
    assert set().union(*(declared(name) for name in EVERY if script_of(name) == script)) == read


def test_a_stage_of_the_pipeline_declares_all_that_it_reads_but_models_of_claims():
    for name in SCRIPTS:
        read = {p.name for p in parameters_of(script_of(name)) if p.kind is p.KEYWORD_ONLY}
        if read != {"params"}:
            assert read - declared(name) <= {"claims"}, name


FILES_OF_MODELS = {
    "claims/exact": ["safetensors"],
    "claims/ordering": ["safetensors", "npz"],
    "claims/objectives": ["safetensors", "npz"],
}


@pytest.mark.parametrize("name", EVERY)
def test_a_command_names_the_paths_that_the_stage_reads_and_writes(name):
    command = shlex.split(EVERY[name]["cmd"])
    positional = [p for p in parameters_of(script_of(name)) if p.kind is not p.KEYWORD_ONLY]
    given = len(command) - 3
    assert given >= sum(p.default is p.empty for p in positional)
    assert given <= len(positional) or positional[-1].kind is inspect.Parameter.VAR_POSITIONAL
    data = {dep for dep in EVERY[name]["deps"] if not dep.endswith(".py")}
    named = {word for word in command[3:] if "/" in word}
    if name in FILES_OF_MODELS:  # which names a folder and models in it
        models = [word for word in command[3:] if "/" not in word]
        named |= {f"data/claims/{m}.{end}" for m in models for end in FILES_OF_MODELS[name]}
    kept = {"data/archives", "data/states", "data/claims"}  # folders, no outputs
    implied = {"params.yaml", "claims/params.yaml", "data/params.schema.json", "reports/figures"}
    assert named - kept | implied == data | set(outs(EVERY[name])) | implied


def test_the_claims_run_in_the_root_with_its_parameters():
    assert {stage["wdir"] for name, stage in EVERY.items() if name not in SCRIPTS} == {".."}


def test_every_stage_says_what_it_does():
    assert all(stage.get("desc") for stage in EVERY.values())


def test_no_stage_imports_another_and_the_library_imports_no_stage():
    for file in [*ROOT.glob("vae/**/*.py"), *ROOT.glob("stages/*.py")]:
        assert not re.search(r"^\s*(from|import) stages", file.read_text(encoding="utf-8"), re.M), (
            file
        )


def test_the_library_names_no_path_of_the_pipeline():
    for file in ROOT.glob("vae/**/*.py"):
        code = ast.parse(file.read_text(encoding="utf-8"))
        words = {node.value for node in ast.walk(code) if isinstance(node, ast.Constant)}
        paths = {w for w in words if isinstance(w, str) and re.fullmatch(r"data/\S*", w)}
        assert not paths, file


def test_the_readme_draws_the_pipeline_as_it_is():
    graph = networkx.DiGraph()
    made_by = {out: name for name, stage in SCRIPTS.items() for out in outs(stage)}
    for name, stage in SCRIPTS.items():
        for dep in stage["deps"]:
            for out, maker in made_by.items():
                if general(out) == general(dep) or out.startswith(f"{dep}/"):
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


# ---------------------------------------------------------------- a run on scikit-learn's digits


def test_the_first_run_runs_every_stage_and_the_second_none(repository):
    ran = re.findall(r"Running stage '(\w+)", (repository / LOG).read_text())
    assert list(dict.fromkeys(ran)) == sorted(SCRIPTS, key=lambda name: ran.index(name))
    assert set(ran) == set(SCRIPTS)
    assert "Running stage" not in call("dvc repro", repository).stdout


def test_the_report_shows_every_figure_that_was_drawn(repository):
    report = (repository / "reports/report.md").read_text(encoding="utf-8")
    shown = set(re.findall(r'src="([^"]+)"', report))
    drawn = {
        p.relative_to(repository / "reports").as_posix()
        for p in repository.glob("reports/figures/**/*.*")
    }
    assert shown == drawn
    for name in shown:
        with Image.open(repository / "reports" / name) as image:
            image.verify()


def test_metrics_are_nested_by_model_and_add_up(repository):
    for model in ("vae", "cvae", "vae20"):
        numbers = json.loads((repository / f"reports/metrics/{model}.json").read_text())[model]
        assert numbers["elbo"] == pytest.approx(numbers["reconstruction"] - numbers["kl"], abs=1e-3)
        assert sum(numbers["kl_by_axis"].values()) == pytest.approx(numbers["kl"], abs=2e-2)
        assert numbers["log_likelihood"] >= numbers["elbo"]
        assert -numbers["reconstruction"] > numbers["entropy_floor"]


def test_no_output_holds_a_time_a_path_or_a_host(repository):
    for file in (*repository.glob("reports/**/*.json"), *repository.glob("reports/**/*.csv")):
        assert str(repository) not in file.read_text()
    assert b"tIME" not in (repository / "reports/figures/cvae/scatter.png").read_bytes()


def test_another_run_from_a_clean_cache_gives_the_same_lock(repository, tmp_path):
    """Of the branch of one model: every kind of stage's bytes, down to the pictures."""
    call(f"git clone -q {repository} copy && cd copy && git config core.autocrlf false", tmp_path)
    copy = tmp_path / "copy"
    before = YAML(typ="safe").load((copy / "dvc.lock").read_text())
    call("rm -rf reports && git rm -q --cached -r reports", copy)
    call("dvc repro -f evaluate@cvae manifold@cvae", copy)
    assert YAML(typ="safe").load((copy / "dvc.lock").read_text()) == before


DRAWN = (
    "curves reconstructions samples scatter manifold digits uncertainty interpolation tsne "
    "traversal class_manifolds conditional"
)
EDITS = [
    ("style.dpi", 90, f"{DRAWN} report"),
    ("manifold.n", 4, "manifold scatter class_manifolds report"),
    ("tsne.perplexity", 6.0, "embed samples tsne report"),
    ("models.cvae.objective.beta", 2.0, "train@cvae report"),
    ("evaluate.samples", 5, "evaluate report"),
    ("classifier.epochs", 2, "classifier report"),
    ("claims.doubt.resamples", 11, ""),
    ("interpolation.frames", 4, "interpolation report"),
    ("conditional.rows", 3, "conditional report"),
    ("evaluate.active_variance", 0.02, "evaluate traversal explorer explorer_tsne report"),
    ("explorer.images", 30, "explorer explorer_tsne report"),
    ("training.learning_rate", 1e-3, "train report"),
    (
        "frame.limit",
        5.0,
        "samples scatter digits uncertainty interpolation explorer explorer_tsne report",
    ),
    (
        "seed",
        1,
        "train classifier encode evaluate embed samples digits uncertainty conditional report",
    ),
    ("dataset.name", "mnist", "download report"),
]


@pytest.mark.parametrize(("key", "value", "expected"), EDITS, ids=[key for key, *_ in EDITS])
def test_an_edit_invalidates_exactly_what_depends_on_it(repository, key, value, expected):
    """Stages whose own parameters changed; whatever reads their outputs follows if those change."""
    try:
        edit(repository, {key: value})
        status = json.loads(call("dvc status --json dvc.yaml", repository).stdout)
    finally:
        call("git checkout -q params.yaml claims/params.yaml", repository)
    changed = {
        stage if "@" in expected and stage.startswith("train") else stage.split("@")[0]
        for stage in status
    }
    assert changed == {"check", *expected.split()}


def test_a_changed_colour_trains_nothing(repository):
    kept = (repository / "vae/figures/base.py").read_text(encoding="utf-8")
    try:
        (repository / "vae/figures/base.py").write_text(kept.replace("#222222", "#232323"))
        status = json.loads(call("dvc status --json dvc.yaml", repository).stdout)
    finally:
        (repository / "vae/figures/base.py").write_text(kept, encoding="utf-8")
    stages = {stage.split("@")[0] for stage in status}
    assert "scatter" in stages
    assert not stages & {"download", "train", "encode", "evaluate", "embed"}


def test_wrong_parameters_stop_the_run_before_any_work(repository):
    kept = (repository / "params.yaml").read_text(encoding="utf-8")
    try:
        edit(repository, {"manifold.n": 1, "figures.tsne": ["vae"], "style.dpi": 5})
        done = call("dvc repro", repository, check=False)
    finally:
        (repository / "params.yaml").write_text(kept, encoding="utf-8")
        call("dvc checkout -q", repository, check=False)
    assert done.returncode != 0
    assert re.findall(r"Running stage '(\w+)'", done.stdout) == ["check"]
    for key in ("manifold.n is 1", "figures.tsne is ['vae']", "style.dpi is 5"):
        assert key in done.stderr
    assert "Traceback" not in done.stderr


def test_a_walk_between_classes_without_images_is_refused_with_what_there_is(repository):
    kept = (repository / "params.yaml").read_text(encoding="utf-8")
    before = sorted((repository / "reports/animations/cvae").iterdir())
    try:
        edit(repository, {"interpolation.pairs": [[1, 12]]})
        command = "python -m stages.interpolation data/dataset.npz data/models/cvae.safetensors "
        command += "data/classifier.safetensors data/latents/cvae.npz "
        command += "reports/animations/cvae x.gif x.png"
        done = call(command, repository, check=False)
    finally:
        (repository / "params.yaml").write_text(kept, encoding="utf-8")
    assert done.returncode == 1
    assert "interpolation.pairs: [1, 12]: there is no image of class 12" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted((repository / "reports/animations/cvae").iterdir()) == before
