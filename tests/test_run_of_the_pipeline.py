"""A run of the pipeline on scikit-learn's digits: what it writes, and what an edit runs again."""

import json
import re
import shlex
import shutil
import socket

import pytest
from PIL import Image
from ruamel.yaml import YAML

from pipeline import deps
from tests.project import LOG, ROOT, call, cloned, edit, status
from tests.stages_of import SCRIPTS


def test_the_first_run_runs_every_stage_and_the_second_none(repository):
    ran = re.findall(r"Running stage '(\w+)", (repository / LOG).read_text())
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
    for model in ("vae", "cvae", "vae20", "space"):
        numbers = json.loads((repository / f"reports/metrics/{model}.json").read_text())[model]
        assert numbers["elbo"] == pytest.approx(numbers["reconstruction"] - numbers["kl"], abs=1e-3)
        assert sum(numbers["kl_by_axis"].values()) == pytest.approx(numbers["kl"], abs=2e-2)
        assert numbers["log_likelihood"] >= numbers["elbo"]
        assert -numbers["reconstruction"] > numbers["entropy_floor"]


def test_no_output_names_this_folder_or_this_machine(repository):
    """Nor the time: the next test runs at another one and gets the same bytes."""
    files = [file for file in repository.glob("reports/**/*") if file.is_file()]
    assert {".json", ".csv", ".md", ".html", ".png", ".gif"} <= {file.suffix for file in files}
    for file in files:
        assert str(repository.parent).encode() not in file.read_bytes()
        if file.suffix in (".json", ".csv", ".md"):
            assert not re.search(rf"\b{socket.gethostname()}\b", file.read_text("utf-8")), file
        if file.suffix == ".png":
            with Image.open(file) as image:
                assert set(image.info) <= {"Title", "Description", "dpi"}, file


def test_another_run_from_a_clean_cache_gives_the_same_lock(repository, tmp_path):
    """Of the branch of one model: every kind of stage's bytes, down to the pictures."""
    source = shlex.quote(str(repository))
    call(f"git clone -q {source} copy && cd copy && git config core.autocrlf false", tmp_path)
    copy = tmp_path / "copy"
    before = YAML(typ="safe").load((copy / "dvc.lock").read_text())
    call("rm -rf reports && git rm -q --cached -r reports", copy)
    call("dvc repro -f evaluate@cvae manifold@cvae film@cvae", copy)
    assert YAML(typ="safe").load((copy / "dvc.lock").read_text()) == before


DRAWN = (
    "curves reconstructions samples scatter manifold digits uncertainty interpolation film tsne "
    "traversal class_manifolds conditional cloud slices"
)
EXPLORERS = "explorer explorer_tsne explorer_cloud"
EDITS = [
    ("style.dpi", 90, f"{DRAWN} report"),
    ("manifold.n", 4, "decode scatter report"),
    ("tsne.perplexity", 6.0, "decode embed tsne report"),
    ("models.cvae.objective.beta", 2.0, "train@cvae report"),
    ("evaluate.samples", 5, "evaluate report"),
    ("classifier.epochs", 2, "classifier report"),
    ("interpolation.frames", 4, "decode report"),
    ("interpolation.milliseconds", 60, "interpolation report"),
    ("conditional.rows", 3, "decode report"),
    ("evaluate.active_variance", 0.02, f"evaluate decode {EXPLORERS} report"),
    ("explorer.images", 30, f"{EXPLORERS} report"),
    ("training.learning_rate", 1e-3, "train report"),
    ("traversal.limit", 2.0, "decode traversal report"),
    ("uncertainty.strip", 2, "uncertainty report"),
    (
        "frame.latent_limit",
        5.0,
        f"samples scatter digits uncertainty interpolation film cloud film_page {EXPLORERS} report",
    ),
    ("cloud.frames", 4, "cloud report"),
    ("slices.count", 3, "decode report"),
    ("film.images", 40, "develop report"),
    ("film.milliseconds", 200, "film report"),
    ("models.cvae.film", 5, "train@cvae report"),
    ("seed", 1, "train classifier encode evaluate decode develop embed digits uncertainty report"),
    ("dataset.name", "mnist", "download report"),
]


@pytest.fixture(scope="module")
def edited(repository, tmp_path_factory):
    """A clone to be edited, as all workers read the one that they share."""
    return cloned(repository, tmp_path_factory.mktemp("edited"))


def stages_changed(repository, whole=False):
    """Stages of the pipeline whose own dependencies or parameters differ from the last run."""
    return {
        stage if whole and stage.startswith("train") else stage.split("@")[0]
        for stage in status(repository)
    }


@pytest.mark.parametrize(("key", "value", "expected"), EDITS, ids=[key for key, *_ in EDITS])
def test_an_edit_invalidates_exactly_what_depends_on_it(edited, key, value, expected):
    """Stages whose own parameters changed; whatever reads their outputs follows if those change."""
    try:
        edit(edited, {key: value})
        changed = stages_changed(edited, whole="@" in expected)
    finally:
        call("git checkout -q params.yaml", edited)
    assert changed == {"check", *expected.split()}


CODE = [
    ("vae/datasets/archives.py", "download"),
    ("vae/datasets/readers.py", "download"),
    ("vae/training.py", "train"),
    ("vae/embedding.py", f"embed evaluate decode tsne {EXPLORERS}"),
    ("vae/moments.py", "train"),
    ("vae/film.py", "develop film film_page"),
    ("figures/style.py", f"{DRAWN} {EXPLORERS} film_page"),
    ("figures/manifold.py", "manifold class_manifolds slices"),
    ("pages/explorer/map.js", f"{EXPLORERS} film_page report"),
    ("pages/explorer/walk.js", f"{EXPLORERS} film_page"),
    ("pages/film/player.js", "film_page"),
    ("pages/report/report.py", "report"),
    ("claims/aggregate/measure.py", ""),
    ("pipeline/progress.py", ""),
    ("pipeline/params.py", "check"),
]


@pytest.mark.parametrize(("file", "expected"), CODE, ids=[file for file, _ in CODE])
def test_a_change_of_code_invalidates_exactly_what_depends_on_it(edited, file, expected):
    kept = (edited / file).read_bytes()
    try:
        (edited / file).write_bytes(kept + b"\n")
        changed = stages_changed(edited)
    finally:
        (edited / file).write_bytes(kept)
    assert changed == set(expected.split())


def test_neighbours_of_an_evaluation_run_it_and_what_shows_it_again(repository, tmp_path):
    clone = cloned(repository, tmp_path)
    edit(clone, {"evaluate.neighbours": 2})
    ran = re.findall(r"Running stage '(\w+)", call("dvc repro", clone).stdout)
    assert set(ran) == {"check", "evaluate", "curves", "report"}


def test_a_clone_pulls_and_pushes_though_nobody_ran_the_claims(repository, tmp_path):
    """Their committed locks name models that no remote holds."""
    clone = cloned(repository, tmp_path)
    locks = [file.with_name("dvc.lock") for file in deps.pipelines(ROOT)[1:]]
    locks = [lock for lock in locks if lock.is_file()]  # a new claim's is not there before its run
    assert locks
    for lock in locks:
        shutil.copyfile(lock, clone / lock.relative_to(ROOT))
    call(f"dvc remote add -q -d store {tmp_path}/store && dvc push -q dvc.yaml", clone)
    call("git add -A && git commit -qm locks", clone)
    call(f"git clone -q {clone} fresh", tmp_path)
    for command in ("pull", "checkout", "push", "status"):
        call(f"dvc {command}", tmp_path / "fresh")
    assert (tmp_path / "fresh/data/models/vae.safetensors").is_file()
    assert "Running stage" not in call("dvc repro", tmp_path / "fresh").stdout


def test_wrong_parameters_stop_the_run_before_any_work(edited):
    kept = (edited / "params.yaml").read_text(encoding="utf-8")
    try:
        edit(edited, {"manifold.n": 1, "figures.tsne": ["vae"], "style.dpi": 5})
        done = call("dvc repro", edited, check=False)
    finally:
        (edited / "params.yaml").write_text(kept, encoding="utf-8")
        call("dvc checkout -q", edited, check=False)
    assert done.returncode != 0
    assert re.findall(r"Running stage '(\w+)'", done.stdout) == ["check"]
    for key in ("manifold.n is 1", "figures.tsne is ['vae']", "style.dpi is 5"):
        assert key in done.stderr
    assert "Traceback" not in done.stderr


def test_a_walk_between_classes_without_images_is_refused_with_what_there_is(edited):
    kept = (edited / "params.yaml").read_text(encoding="utf-8")
    before = sorted((edited / "data/decoded/cvae").iterdir())
    try:
        edit(edited, {"interpolation.pairs": [[1, 12]]})
        command = "python -m stages.decode data/dataset/test.npz data/dataset/classes.json "
        command += "data/models/cvae.safetensors data/latents/cvae.npz "
        command += "data/classifier.safetensors data/decoded/cvae"
        done = call(command, edited, check=False)
    finally:
        (edited / "params.yaml").write_text(kept, encoding="utf-8")
    assert done.returncode == 1
    assert "interpolation.pairs: [1, 12]: there is no image of class 12" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted((edited / "data/decoded/cvae").iterdir()) == before
