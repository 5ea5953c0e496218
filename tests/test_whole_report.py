"""The check of a whole report finds nothing in one, and whatever is taken from it."""

import re
import shutil
from contextlib import nullcontext

import pytest

from benchmarks import pages, posterior
from pipeline import loading
from pipeline.run import PARAMS
from tests import whole_report


@pytest.fixture
def copy(repository, tmp_path):
    """What the check reads of a run, to be harmed."""
    for name in ("reports", "data/dataset", "data/models"):
        shutil.copytree(repository / name, tmp_path / name)
    shutil.copy(repository / PARAMS, tmp_path)
    return tmp_path


def test_a_run_of_the_pipeline_gives_a_whole_report(copy, browser, monkeypatch, capsys):
    monkeypatch.setattr(pages, "started", lambda: nullcontext(browser))
    monkeypatch.setattr(pages, "_SWEEP", 5)  # how fast they are is no question here
    monkeypatch.setattr(posterior, "_IMAGES", 20)
    assert whole_report.problems(copy) == []
    assert capsys.readouterr().out.count("from PyTorch") == 3


HARM = {
    "a walk": ("reports/animations/cvae/1to0.gif", None, "walks of cvae: 1to0 are"),
    "a walk too many": ("reports/animations/cvae/7to0.gif", b"", "walks of cvae: 7to0 are"),
    "a class": ("reports/figures/cvae/class_manifolds/3.png", None, "not hold one picture"),
    "half a figure": ("reports/figures/cvae/scatter.png", b"\x89PNG\r\n", "scatter.png: cannot"),
    "a figure's place": ("reports/report.md", b"# Report", "the report shows no scatter of cvae"),
    "a page": ("reports/explorer/vae20.html", None, "no .*vae20.html"),
    "the report's page": ("reports/index.html", None, "no .*index.html"),
}


@pytest.mark.parametrize("file, content, told", HARM.values(), ids=HARM)
def test_what_is_missing_or_too_much_is_found(file, content, told, copy, monkeypatch):
    monkeypatch.setattr(whole_report, "measure_pages", lambda *paths: [])  # as above
    if content is None:
        (copy / file).unlink()
    else:
        (copy / file).write_bytes(content)
    assert any(re.search(told, problem) for problem in whole_report.problems(copy))


def test_on_mnist_models_must_be_as_good_as_they_were(copy, monkeypatch):
    asked = loading.read(copy / PARAMS)
    as_mnist = asked.model_copy(
        update={"dataset": asked.dataset.model_copy(update={"name": "mnist"})}
    )
    metrics = copy / "reports/metrics"
    monkeypatch.setattr(whole_report, "REACHED", {"vae": 0.0, "cvae": 1e6})
    assert list(whole_report.wrong_numbers(metrics, asked)) == []
    (problem,) = whole_report.wrong_numbers(metrics, as_mnist)
    assert re.fullmatch(r"−ELBO of vae is \d+\.\d\d, and 0.0 was to be reached", problem)
