"""Revisions side by side: what differs, in which direction, and what one must know of them."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_hex

from figures import comparison, conditional
from figures.png import save
from figures.style import palette
from pages.compare.compare import Revision, compare, varying
from pages.render import render
from tests.conftest import write_params
from vae.files.metrics import write_curve, write_metrics


def revision(name, beta=1.0, elbo=-100.0, **more):
    params = {"models.vae.beta": beta, "models.vae.hidden": [8, 4], "seed": 0}
    metrics = {"vae.elbo": elbo, "vae.kl": 7.0, "vae.tsne.kl_divergence": -elbo}
    fields = {
        "params": params,
        "made_with": [params],
        "metrics": metrics,
        "curves": {"vae": [(1.0, 2 * elbo), (2.0, elbo)]},
        "figures": {"figures/vae/a.png": name.encode(), "figures/vae/b.png": b"same"},
        "absent": [],
    }
    return Revision(name, **fields | more)


def test_only_what_differs_is_shown():
    compared = compare([revision("a"), revision("b", beta=4.0)])
    assert compared.params == {"models.vae.beta": ["1", "4"]}
    assert compared.metrics == {}
    assert compared.figures == {"figures/vae/a.png": [b"a", b"b"]}
    assert compared.same == {"figures/vae/b.png": b"same"}


def test_changes_are_from_the_first_and_say_what_is_better():
    compared = compare([revision("a"), revision("b", elbo=-98.5), revision("c", elbo=-103.0)])
    elbos = [(c.value, c.change, c.verdict) for c in compared.metrics["vae.elbo"]]
    assert elbos == [("−100", "", ""), ("−98.5", "+1.5", "better"), ("−103", "−3", "worse")]
    divergences = [c.verdict for c in compared.metrics["vae.tsne.kl_divergence"]]
    assert divergences == ["", "better", "worse"]  # of this one less is better


def test_a_number_without_a_direction_gets_no_verdict():
    other = revision("b", metrics={"vae.kl": 9.0})
    cells = compare([revision("a"), other]).metrics["vae.kl"]
    assert [(c.change, c.verdict) for c in cells] == [("", ""), ("+2", "")]


def test_a_number_that_one_has_not_is_a_dash():
    cells = compare([revision("a"), revision("b", metrics={})]).metrics["vae.elbo"]
    assert [c.value for c in cells] == ["−100", "–"]


def test_results_of_other_parameters_are_told_with_the_remedy():
    stale = revision("b", beta=4.0, made_with=[{"models.vae.beta": 1.0}, {"seed": 0}])
    (note,) = compare([revision("a"), stale]).notes
    assert "models.vae.beta was 1 and is 4" in note
    assert "git switch --detach b" in note
    assert "dvc repro" in note


def test_a_revision_without_results_and_one_without_its_cache_are_told():
    empty = revision("b", metrics={}, figures={}, curves={})
    bare = revision("c", absent=["reports/explorer/vae.html"])
    first, second = compare([revision("a"), empty, bare]).notes
    assert "b has no results yet" in first
    assert "reports/explorer/vae.html" in second
    assert "or `dvc pull` if there is a remote" in second


def test_lines_are_drawn_of_numbers_that_vary():
    lines = varying([revision("a"), revision("b", beta=4.0, elbo=-90.0)])
    assert lines == {"models.vae.beta": [1.0, 4.0], "vae.elbo": [-100.0, -90.0]}


def test_every_revision_has_its_curve_in_its_colour():
    curves = {name: revision(name).curves for name in ("a", "b")}
    (axes,) = comparison.draw_curves(curves, dpi=80).axes
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert axes.lines[0].get_ydata().tolist() == [200, 100]
    assert to_hex(axes.lines[1].get_color()) == to_hex(palette(2)[1])


def test_parallel_axes_run_from_the_least_to_the_greatest():
    drawn = comparison.draw_parallel({"x": [1, 3, 2], "y": [5, 4, 6]}, "abc", dpi=80)
    lines = [list(line.get_ydata()) for line in drawn.axes[0].lines if len(line.get_xdata()) == 2]
    assert lines[-3:] == [[0, 0.5], [1, 0], [0.5, 1]]


@pytest.fixture
def page(root, tmp_path):
    compared = compare(
        [revision("main"), revision("<softer>", beta=4.0, elbo=-110.0, absent=["a.html"])]
    )
    drawn = comparison.draw_curves({"main": revision("main").curves}, dpi=60)
    save(drawn, tmp_path / "chart.png", "")
    chart = (tmp_path / "chart.png").read_bytes()
    figures = {name: [chart, None] for name in compared.figures}
    text = render(
        root / "pages/compare",
        root / "pages/shared.css",
        comparison=replace(compared, figures=figures, same={"b": chart}),
        charts=[chart],
    )
    (tmp_path / "compare.html").write_text(text, encoding="utf-8")
    return tmp_path / "compare.html"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_alone_and_axe_finds_nothing_serious(page, opened, accessible, scheme):
    shown = opened(page, color_scheme=scheme)
    assert "−110 (−10, worse)" in shown.locator("table").nth(1).inner_text()
    assert "<softer>" in shown.locator("h1").inner_text()
    assert all(shown.locator("img").evaluate_all("(all) => all.map((i) => i.naturalWidth > 0)"))
    accessible(shown)


# --- revisions as they lie in Git ------------------------------------------------------------

STAGES = """\
stages:
  train:
    foreach: ${models}
    do:
      cmd: train ${key}
      params: ["models.${key}"]
      plots: ["reports/curves/${key}.csv": {cache: false}]
  traversal:
    foreach: ${figures.traversal}
    do:
      cmd: draw ${item}
      outs: ["reports/explorer/${item}.html"]
"""


@pytest.fixture
def history(tmp_path, content):
    """A project of two commits: the second has another beta, another ELBO, another picture."""

    def git(*words):
        who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").touch()
    (tmp_path / "dvc.yaml").write_text(STAGES)
    content["figures"]["traversal"] = ["vae"]
    for folder in ("metrics", "curves", "figures/vae"):
        (tmp_path / "reports" / folder).mkdir(parents=True)
    for beta, elbo in ((1.0, -100.0), (4.0, -110.0)):
        content["models"]["vae"]["objective"]["beta"] = beta
        write_params(tmp_path, content)
        write_metrics(tmp_path / "reports/metrics/vae.json", {"vae": {"elbo": elbo, "kl": 7.0}})
        rows = [{"epoch": n, "validation_elbo": n * elbo} for n in (2, 1)]
        write_curve(tmp_path / "reports/curves/vae.csv", rows)
        shown = np.full((1, 2, 4, 4), beta / 4)
        drawn = conditional.draw(shown, class_names="ab", title=f"beta {beta}", dpi=50)
        save(drawn, tmp_path / "reports/figures/vae/conditional.png", "")
        page_ = {"path": "reports/explorer/vae.html", "hash": "md5", "md5": "0" * 32, "size": 1}
        stages = {
            "train@vae": {"params": {"params.yaml": {"models.vae": content["models"]["vae"]}}},
            "traversal@vae": {"outs": [page_]},
            "removed@vae": {"outs": [page_ | {"path": "reports/gone.html"}]},
        }
        lock = {name: {"cmd": "a"} | stage for name, stage in stages.items()}
        (tmp_path / "dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": lock}))
        git("add", "-A")
        git("commit", "-qm", f"beta {beta}")
    return tmp_path


def run(root, folder, revisions):
    """`python -m pages.compare` in a folder."""
    command = [sys.executable, "-m", "pages.compare", root / "pages/compare"]
    return subprocess.run(
        [*command, root / "pages/shared.css", "reports", "a.html", "--", revisions],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


def test_commits_are_compared_as_git_has_them(root, history, opened):
    shutil.rmtree(history / "reports/figures")  # of the workspace, which nobody asks for
    done = run(root, history, "HEAD~1 HEAD HEAD~1")
    assert done.returncode == 0, done.stderr
    text = opened(history / "a.html").locator("body").inner_text()
    assert re.search(r"models.vae.objective.beta\s+1\s+4", text)
    assert re.search(r"vae.elbo\s+−100\s+−110 \(−10, worse\)", text)
    assert "vae.kl" not in text
    assert "conditional.png" in text
    assert "reports/explorer/vae.html" in text  # which no cache holds
    assert "gone.html" not in text


def test_the_workspace_is_compared_as_it_lies_there(root, history, opened):
    write_metrics(history / "reports/metrics/vae.json", {"vae": {"elbo": -90.0, "kl": 7.0}})
    assert run(root, history, "HEAD workspace").returncode == 0
    text = opened(history / "a.html").locator("body").inner_text()
    assert re.search(r"vae.elbo\s+−110\s+−90 \(\+20, better\)", text)


@pytest.mark.parametrize(
    ("revisions", "told"),
    [("HEAD", "two revisions or more"), ("HEAD nonsense", "nonsense")],
)
def test_wrong_revisions_are_told_in_a_line(root, history, revisions, told):
    done = run(root, history, revisions)
    assert done.returncode == 1
    assert told in done.stderr
    assert re.fullmatch(r"python -m pages\.compare: .*\n", done.stderr)
    assert not (history / "a.html").exists()
