"""The score sheet: rows and stages agree, and its words follow the numbers."""

import json
import re

import pytest
from ruamel.yaml import YAML

from pipeline import deps, loading
from scores import sheet as sheet_stage
from scores import train
from scores.rows import Row, Scores
from scores.sheet import FEW_LABELS, _verdict, sheet
from scores.train import LABELS, score
from vae.datasets.readers import read
from vae.files.dataset import Classes
from vae.files.errors import InputError


@pytest.fixture(scope="module")
def scores(root):
    return loading.load(root / "scores/params.yaml", Scores)


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


@pytest.fixture(scope="module")
def stages(root):
    text = (root / "scores/dvc.yaml").read_text(encoding="utf-8")
    return YAML(typ="safe").load(text)["stages"]


def test_every_row_has_its_stages_and_no_other(stages, scores):
    once = {name for name, row in scores.rows.items() if row.once}
    assert set(stages["score_once"]["foreach"]) == once
    assert set(stages["score"]["matrix"]["row"]) == set(scores.rows) - once
    assert stages["score"]["matrix"]["seed"] == "${seeds}"
    assert "rows.${item} 0 data/" in stages["score_once"]["do"]["cmd"]
    assert scores.seeds[0] == 0


def test_both_ways_to_run_a_row_are_the_same_but_for_its_name_and_seed(stages):
    each, once = stages["score"], stages["score_once"]["do"]
    for key in ("cmd", "deps", "params", "metrics"):
        text = json.dumps(each[key]).replace("${item.row}", "${item}")
        assert text.replace("${item.seed}", "0") == json.dumps(once[key]), key


def test_the_sheet_depends_on_no_model(root, monkeypatch):
    monkeypatch.chdir(root)
    assert not any(file.startswith("vae/model") for file in deps.closure("scores/sheet.py"))


def test_a_rows_scale_is_that_of_its_likelihood(scores):
    names = {"G": "bernoulli", "D": "dynamic-bernoulli", "S": "static-bernoulli"}
    for name, row in scores.rows.items():
        assert row.model.likelihood == names[row.scale], name
        assert row.model.objective.model_dump(exclude={"lattice"}) == {
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
    assert any("summed over the plane, to 0.004; mlp" in line for line in lines)
    assert any(line.startswith("| VAE, d = 2") and "75.0 ± 0.0" in line for line in lines)


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    nowhere = tmp_path_factory.mktemp("nowhere")
    return read("digits", nowhere, nowhere)


def small(row):
    """The same row with a network that is trained in a moment."""
    model = row.model.model_copy(update={"hidden": [16], "epochs": 2})
    return row.model_copy(update={"model": model, "samples": row.samples and 10})


def test_a_row_is_trained_and_measured_whole(scores, digits):
    row = small(scores.rows["d2"])
    found, again = (score(row, digits.train, digits.test, 10, seed=0) for _ in range(2))
    assert found["elbo"] == again["elbo"]
    assert found["elbo"] < found["log_likelihood"] < 0
    assert set(found["knn_accuracy"]) == set(LABELS) == set(map(int, FEW_LABELS))


def test_a_row_is_summed_over_the_plane_where_it_asks_for_that(scores, digits):
    row = small(scores.rows["lattice2"])
    found = score(row, digits.train, digits.test, 10, seed=0)
    sampled = row.model_copy(update={"plane": None, "samples": 300})
    bounds = score(sampled, digits.train, digits.test, 10, seed=0)
    for name in ("elbo", "log_likelihood"):
        assert found[name] == pytest.approx(bounds[name], abs=0.05)
    assert found["log_likelihood_error"] < bounds["log_likelihood_error"] / 10


@pytest.mark.parametrize("ways", [{"samples": 10}, {"plane": None}])
def test_a_row_is_measured_in_one_way(ways, scores):
    row = scores.rows["lattice2"].model_dump() | ways
    with pytest.raises(ValueError, match="give samples or plane, one of the two"):
        Row.model_validate(row)


def test_a_conditional_row_knows_its_classes_and_names_none(scores, digits):
    row = small(scores.rows["cvae2"])
    found = score(row, digits.train, digits.test, 10, seed=0)
    pixels, hidden, latent, classes = 64, 16, 2, 10
    encoder = (pixels + classes + 1) * hidden + (hidden + 1) * 2 * latent
    decoder = (latent + classes + 1) * hidden + (hidden + 1) * pixels
    assert found["parameters"] == encoder + decoder
    assert found["knn_accuracy"] == {}


def test_a_row_is_refused_on_another_data_set(scores, digits, tmp_path):
    parts = [tmp_path / name for name in ("train.npz", "test.npz", "classes.json")]
    for part, path in zip(digits, parts, strict=True):
        part.save(path)
    with pytest.raises(InputError, match="published numbers are of mnist, and this is digits"):
        train.main(small(scores.rows["d2"]), 0, *parts, tmp_path / "result.json")
    assert not (tmp_path / "result.json").exists()


def test_a_row_s_result_is_what_the_sheet_reads(scores, digits, tmp_path):
    parts = [tmp_path / name for name in ("train.npz", "test.npz", "classes.json")]
    as_mnist = digits._replace(classes=Classes("mnist", digits.classes.names))
    for part, path in zip(as_mnist, parts, strict=True):
        part.save(path)
    two = scores.model_copy(update={"seeds": [0, 1], "rows": {"d2": small(scores.rows["d2"])}})
    for seed in two.seeds:
        train.main(two.rows["d2"], seed, *parts, tmp_path / f"results/d2-{seed}.json")
    sheet_stage.main(two, tmp_path / "results", tmp_path / "scores.md")
    found = [json.loads(file.read_text()) for file in (tmp_path / "results").iterdir()]
    mean = -sum(result["log_likelihood"] for result in found) / 2
    assert f"| **{mean:.2f}** ± " in (tmp_path / "scores.md").read_text(encoding="utf-8")
