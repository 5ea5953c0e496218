"""The page of the claims: what it shows in which order, and what it takes to write it."""

from pathlib import Path

from matplotlib.figure import Figure

from claims.page import in_order, to_markdown
from claims.params import ClaimsParams
from figures.png import save
from pipeline import loading
from tests.imports import loaded
from tests.project import ROOT

PARAMS = loading.load(ROOT / "claims/params.yaml", ClaimsParams)
NUMBERS = {
    "elbo": -100.0,
    "reconstruction": -95.5,
    "kl": 4.5,
    "log_likelihood": -99.0,
    "log_likelihood_samples": 500,
    "active_units": 2,
    "knn_accuracy": 0.5,
}


def png(path, title, caption):
    path.parent.mkdir(parents=True, exist_ok=True)
    figure = Figure(figsize=(1, 1))
    figure.set_label(title)
    save(figure, path, caption)
    return path


def test_the_order_names_claims_or_single_figures_and_the_rest_follows_by_name():
    figures = [Path(f"{name}.png") for name in ("new/a", "b/x", "b/y", "anew/a", "a/z", "a/y")]
    order = ["b/y", "a", "b", "gone"]
    names = [figure.with_suffix("").as_posix() for figure in in_order(figures, order)]
    assert names == ["b/y", "a/y", "a/z", "b/x", "anew/a", "new/a"]


def test_the_shipped_order_names_only_what_is_shipped():
    results = ROOT / "reports/claims"
    figures = [file.relative_to(results).with_suffix("") for file in results.glob("*/*.png")]
    known = {figure.as_posix() for figure in figures} | {f.parent.as_posix() for f in figures}
    assert set(PARAMS.order) <= known


def test_a_caption_that_two_figures_share_stands_once(tmp_path):
    figures = [
        png(tmp_path / f"claims/a/{name}.png", f"Title {name}", "The same words.") for name in "xy"
    ]
    page = to_markdown(figures, {}, {}, tmp_path / "page.md")
    assert page.count("The same words.") == 1
    assert page.index("## Title x") < page.index("The same words.") < page.index("## Title y")
    assert '<img src="claims/a/y.png" alt="Title y">' in page


def test_the_table_has_a_row_for_each_model_with_its_numbers():
    models = {name: PARAMS.models[name] for name in ("infovae", "dynamic")}
    page = to_markdown([], models, dict.fromkeys(models, NUMBERS), Path("page.md"))
    (row,) = (line for line in page.splitlines() if line.startswith("| `infovae` |"))
    assert "2-D, mlp 256–256–256 gelu" in row
    assert "| β 0.5, MMD 10 | 15 | −100.00 | −95.50 | 4.50 | ≥−99.00 | 2 | 0.500 |" in row
    assert "on dynamically binarised pixels" in page
    summed = dict.fromkeys(models, NUMBERS | {"log_likelihood_samples": None})
    assert "| 4.50 | −99.00 |" in to_markdown([], models, summed, Path("page.md"))


def test_the_page_is_written_without_matplotlib_and_torch():
    assert loaded(["claims.write_page"], "matplotlib", "torch", "sklearn") == ""


DRAWING = sorted(file.parent.name for file in (ROOT / "claims").glob("*/draw.py"))


def test_every_claim_that_computes_draws_apart_from_it():
    computing = sorted(file.parent.name for file in (ROOT / "claims").glob("*/compute.py"))
    assert computing == DRAWING != []


def test_no_drawing_imports_torch():
    assert loaded([f"claims.{claim}.draw" for claim in DRAWING], "torch", "sklearn") == ""


def test_no_measure_draws():
    assert loaded([f"claims.{claim}.measure" for claim in DRAWING], "matplotlib") == ""
