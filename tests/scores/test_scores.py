"""The score sheet: rows and stages agree, and its words follow the numbers."""

import re

import pytest
from ruamel.yaml import YAML

from scores.rows import read
from scores.sheet import FEW_LABELS, _verdict, sheet
from scores.train import LABELS, score
from tests.test_pipeline import PLUMBING, closure
from vae.archives import read as read_data


@pytest.fixture(scope="module")
def scores(root):
    return read(root / "benchmarks/params.yaml")


def result(nats, **more):
    """What `score` gives, with a bound of −nats."""
    return {
        "elbo": -nats,
        "log_likelihood": -nats,
        "log_likelihood_error": 0.004,
        "parameters": 1_500_000,
        "training_seconds": 100.0,
        "knn_accuracy": dict.fromkeys(FEW_LABELS, 0.75),
    } | more


def test_every_row_has_its_stages_and_no_other(root, scores):
    text = (root / "benchmarks/dvc.yaml").read_text(encoding="utf-8")
    stages = YAML(typ="safe").load(text)["stages"]
    once = {name for name, row in scores.rows.items() if row.once}
    assert set(stages["score_once"]["foreach"]) == once
    assert set(stages["score"]["matrix"]["row"]) == set(scores.rows) - once
    assert " 0 data/dataset.npz" in stages["score_once"]["do"]["cmd"]
    assert scores.seeds[0] == 0


def test_a_stage_depends_on_its_script_and_the_modules_that_it_imports(root):
    text = (root / "benchmarks/dvc.yaml").read_text(encoding="utf-8")
    for stage in YAML(typ="safe").load(text)["stages"].values():
        stage = stage.get("do", stage)
        script = re.match(r"python -m benchmarks\.(\w+)", stage["cmd"])[1]
        code = {dep for dep in stage["deps"] if dep.endswith(".py")}
        imported = closure(f"benchmarks/{script}.py") - PLUMBING
        assert code == {f"benchmarks/{script}.py", "benchmarks/rows.py"} | imported


def test_a_rows_scale_is_that_of_its_likelihood(scores):
    names = {"G": "bernoulli", "D": "dynamic-bernoulli", "S": "static-bernoulli"}
    for name, row in scores.rows.items():
        assert row.model.likelihood == names[row.scale], name
        assert row.model.objective.model_dump() == {
            "beta": 1,
            "warmup": 0,
            "free_bits": 0,
            "mmd": 0,
            "samples": 1,
        }, name


@pytest.mark.parametrize(
    "found, word",
    [
        ([99.0, 99.1, 98.9], "better"),
        ([99.0, 99.9, 98.1], "as good"),  # 95 % of three: ± 4.3 standard errors
        ([101.0, 101.1, 100.9], "worse"),
        ([99.0, 101.0, 99.5], "as good"),
        ([90.0], "once"),
    ],
)
def test_a_difference_counts_beyond_what_seeds_move_the_mean(found, word):
    assert _verdict(sum(found) / len(found) - 100, found) == word


def test_the_sheet_holds_mean_spread_and_difference(scores):
    numbers = {
        name: [result(100.0 + seed) for seed in row.seeds(scores.seeds)]
        for name, row in scores.rows.items()
    }
    lines = sheet(scores, numbers).splitlines()
    example = next(line for line in lines if "PyTorch's example" in line)
    assert "| **101.00** ± 1.00 | −4.56, better |" in example
    single = next(line for line in lines if re.match(r"\| CVAE, d = 50", line))
    assert "| **100.00**, one seed | +17.68, once |" in single
    published = [p for row in scores.rows.values() for p in row.published]
    rows = [line for line in lines if line.startswith("|")]
    told = [re.search(r"[+−]\d+\.\d+, (better|worse|as good|once) \|", row) for row in rows]
    assert sum(map(bool, told)) == len(published)
    assert any(line.startswith("| VAE, d = 2") and "75.0 ± 0.0" in line for line in lines)


def test_a_row_is_trained_and_measured_whole(scores, tmp_path):
    data = read_data("digits", tmp_path, tmp_path)
    model = scores.rows["d2"].model.model_copy(update={"hidden": [16], "epochs": 2})
    row = scores.rows["d2"].model_copy(update={"model": model, "samples": 10})
    found = score(row, data, seed=0)
    again = score(row, data, seed=0)
    assert found["elbo"] == again["elbo"]
    assert found["elbo"] < found["log_likelihood"] < 0
    assert set(found["knn_accuracy"]) == set(LABELS) == set(map(int, FEW_LABELS))
