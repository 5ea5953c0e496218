"""Revisions side by side: what differs, in which direction, and what one must know of them."""

import io
import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from figures import comparison, conditional
from figures.png import save
from figures.style import palette
from pages.compare.__main__ import main
from pages.compare.compare import MANY, compare, varying
from pages.compare.pictures import ROOM, distinct, fitted
from pages.compare.ranking import chosen, grouped, rankings
from pages.compare.revision import Revision
from pages.render import render
from pipeline import run as stage
from tests.conftest import write_params
from vae.files.errors import InputError
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
    shown = {key: [cell.value for cell in cells] for key, cells in compared.params.items()}
    assert shown == {"models.vae.beta": ["1", "4"]}
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


def test_numbers_of_another_scale_get_no_verdict():
    binarised = revision("b", elbo=-80.0)
    binarised.params["models.vae.likelihood"] = "dynamic-bernoulli"
    elsewhere = revision("c", elbo=-80.0)
    elsewhere.params["dataset.name"] = "digits"
    cells = compare([revision("a"), binarised, elsewhere]).metrics["vae.elbo"]
    assert [(cell.change, cell.verdict) for cell in cells] == [("", ""), ("+20", ""), ("+20", "")]


def test_a_likelihood_and_a_bound_on_it_are_not_held_against_each_other():
    def measured(name, nats, samples):
        numbers = {"vae.log_likelihood": nats, "vae.log_likelihood_samples": samples}
        return revision(name, metrics=numbers)

    summed = [measured("a", -128.4, None), measured("b", -128.0, None)]
    compared = compare([*summed, measured("c", -131.1, 500)]).metrics
    assert [cell.verdict for cell in compared["vae.log_likelihood"]] == ["", "better", ""]
    assert [cell.value for cell in compared["vae.log_likelihood_samples"]] == ["–", "–", "500"]


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


# --- which is better, and why ---------------------------------------------------------------------


def seeded(name, seed, elbo, beta=1.0):
    made = revision(name, beta, elbo)
    made.params["seed"] = seed
    return made


def test_revisions_that_differ_in_their_seed_alone_are_one_with_mean_and_spread():
    runs = [
        seeded("a", 0, -100.0),
        seeded("softer", 0, -97.0, beta=4.0),
        seeded("a1", 1, -102.0),
        seeded("a2", 2, -104.0),
    ]
    assert [group.names for group in grouped(runs)] == [["a", "a1", "a2"], ["softer"]]
    first, second = rankings(grouped(runs))["vae.elbo"].places
    assert (first.group.name, first.mean, first.spread, first.seeds) == ("softer", -97, None, 1)
    # of −100, −102, −104 the standard deviation is 2, and the standard error 2 / √3
    assert (second.mean, second.spread, second.seeds) == (-102, 2, 3)
    assert second.error == pytest.approx(2 / 3**0.5)


def test_the_same_seed_twice_is_no_spread_over_seeds():
    runs = [seeded("old code", 0, -100.0), seeded("new code", 0, -90.0), seeded("b", 1, -95.0)]
    assert [group.names for group in grouped(runs)] == [["old code"], ["new code"], ["b"]]


def test_less_is_better_where_it_is():
    runs = [revision("a", elbo=-100.0), revision("b", elbo=-90.0)]
    by_divergence = rankings(grouped(runs))["vae.tsne.kl_divergence"]
    assert [place.group.name for place in by_divergence.places] == ["b", "a"]  # 90 and 100
    assert "10 less than `a`" in by_divergence.verdict[0]


def test_what_cannot_be_compared_is_not_ranked():
    binarised, none = revision("b", elbo=-80.0), revision("c", metrics={})
    binarised.params["models.vae.likelihood"] = "dynamic-bernoulli"
    runs = [revision("a"), binarised, none, revision("d", elbo=-99.0)]
    ranking = rankings(grouped(runs))["vae.elbo"]
    assert [place.group.name for place in ranking.places] == ["d", "a"]
    assert [group.name for group in ranking.apart] == ["b", "c"]
    assert rankings(grouped([revision("a"), none])) == {}


def test_the_first_model_s_elbo_ranks_unless_another_number_is_asked_for():
    runs = [revision("a"), revision("b", elbo=-90.0)]
    for run in runs:
        likelihood = {"vae.log_likelihood": run.metrics["vae.elbo"] + 1}
        run.metrics.update({"other.elbo": -1.0} | likelihood)
    found = rankings(grouped(runs))
    assert next(iter(found)) == "vae.elbo"
    assert chosen("", found) == "vae.elbo"
    assert chosen("log_likelihood", found) == chosen("vae.log_likelihood", found)
    assert chosen("other.elbo", found) == "other.elbo"
    with pytest.raises(InputError, match=r"METRIC is kl, .*vae\.elbo, "):
        chosen("kl", found)


def terms(reconstruction, kl):
    return {"vae.elbo": reconstruction - kl, "vae.reconstruction": reconstruction, "vae.kl": kl}


def test_the_verdict_names_the_best_its_lead_its_terms_and_its_parameters():
    runs = [
        revision("main", metrics=terms(-90.0, 10.0)),
        revision("softer", beta=4.0, metrics=terms(-91.5, 7.0)),
        revision("hard", beta=9.0, metrics=terms(-120.0, 1.0)),
    ]
    first, why, differs, sure = rankings(grouped(runs))["vae.elbo"].verdict
    assert first == (
        "By the evidence lower bound (ELBO) of vae, `softer` is the best of 3: −98.50 nats per "
        "image, 1.5 more than `main`."
    )
    assert why == "Its reconstruction term is 1.5 lower, its KL divergence is 3 lower."
    assert differs == "What differs: `models.vae.beta` is 4 instead of 1."
    assert sure.startswith("How much of that is chance is not known")


def test_where_the_first_is_best_it_is_set_beside_the_next():
    runs = [revision("main", elbo=-90.0), revision("b", elbo=-99.0), revision("c", elbo=-95.0)]
    verdict = rankings(grouped(runs))["vae.elbo"].verdict
    assert "5 more than the next, `c`." in verdict[0]
    assert "Their parameters are the same: code or data differ." in verdict


@pytest.mark.parametrize(("lead", "told"), [(1.0, "no more than"), (10.0, "more than their")])
def test_a_lead_is_weighed_against_the_spread_over_seeds(lead, told):
    runs = [seeded(f"a{i}", i, -100.0 + i) for i in range(3)]  # a spread of 1
    runs += [seeded(f"b{i}", i, -100.0 + i + lead, beta=4.0) for i in range(3)]
    verdict = rankings(grouped(runs))["vae.elbo"].verdict
    assert f"{lead:g} ± 0.82 more than `a0` (with 2 more seeds)" in verdict[0]  # √(1/3 + 1/3)
    assert told in verdict[-1]


def test_all_the_same_is_said():
    (said,) = rankings(grouped([revision("a"), revision("b", beta=4.0)]))["vae.elbo"].verdict
    assert "all are the same: −100.00 nats per image" in said


# --- pictures -------------------------------------------------------------------------------------


def test_beyond_the_coloured_revisions_lines_are_faint_and_share_a_name():
    names = [str(i // 2) for i in range(30)]  # each name twice
    (axes,) = comparison.draw_curves([revision("a").curves] * 30, names, dpi=80).axes
    assert len(axes.lines) == 30
    colours = [line.get_color() for line in axes.lines]
    assert colours[::2] == colours[1::2]
    assert len(set(colours)) == comparison.COLOURED + 1
    words = [text.get_text() for text in axes.get_legend().get_texts()]
    assert words == [*map(str, range(comparison.COLOURED)), "others"]
    parallel = comparison.draw_parallel({"x": range(30), "y": range(30)}, names, dpi=80)
    assert len(parallel.axes[0].get_legend().get_texts()) == comparison.COLOURED + 1


def noise(name, side=300):
    """A picture that no format makes small."""
    pixels = np.random.default_rng(list(str(name).encode()))
    pixels = pixels.integers(0, 256, (side, side, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return buffer.getvalue()


def test_revisions_with_the_same_picture_share_it_in_the_order_of_the_ranking():
    files = {"a.png": [b"x", b"y", b"x", None]}
    shown = distinct(files, ["p", "q", "r", "s"], ["q", "r", "p", "s"])
    assert [(one.names, one.picture) for one in shown["a.png"]] == [
        (["q"], b"y"),
        (["r", "p"], b"x"),
        (["s"], None),
    ]


def test_a_picture_is_kept_if_it_fits_and_made_smaller_until_it_does():
    whole = noise(0)
    assert fitted(whole, len(whole)) is whole
    small = fitted(whole, 30_000)
    assert len(small) <= 30_000
    with Image.open(io.BytesIO(small)) as image:
        assert image.format == "WEBP"


def test_many_pictures_take_no_more_room_than_few(monkeypatch):
    monkeypatch.setattr("pages.compare.pictures.ROOM", 400_000)
    names = [str(i) for i in range(10)]
    files = [noise(i) for i in range(10)]
    shown = distinct({"a.png": files}, names, names)
    assert sum(map(len, files)) > 2_000_000
    assert sum(len(one.picture) for one in shown["a.png"]) <= 400_000
    assert ROOM < 16e6


def test_every_revision_has_its_curve_in_its_colour():
    curves = [revision("a").curves] * 2
    (axes,) = comparison.draw_curves(curves, ["a", "b"], dpi=80).axes
    assert [line.get_label() for line in axes.lines] == ["a", "b"]
    assert axes.lines[0].get_ydata().tolist() == [200, 100]
    assert to_hex(axes.lines[1].get_color()) == to_hex(palette(2)[1])


def test_parallel_axes_run_from_the_least_to_the_greatest():
    drawn = comparison.draw_parallel({"x": [1, 3, 2], "y": [5, 4, 6]}, "abc", dpi=80)
    lines = [list(line.get_ydata()) for line in drawn.axes[0].lines if len(line.get_xdata()) == 2]
    assert lines[-3:] == [[0, 0.5], [1, 0], [0.5, 1]]


# --- the page -------------------------------------------------------------------------------------


def rendered(root, file, revisions, metric=""):
    """A comparison as a page."""
    chart = noise("chart", 20)
    for revision_ in revisions:
        for name in revision_.figures:
            revision_.figures[name] = chart if "b.png" in name else noise(revision_.name, 20)
    compared = compare(revisions, metric)
    text = render(
        root / "pages/compare",
        root / "pages/shared.css",
        comparison=compared,
        many=len(revisions) > MANY,
        figures=distinct(
            compared.figures, compared.names, [n for group in compared.order for n in group.names]
        ),
        charts=[chart],
    )
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def page(root, tmp_path):
    runs = [revision("main"), revision("<softer>", beta=4.0, elbo=-110.0, absent=["a.html"])]
    return rendered(root, tmp_path / "compare.html", runs)


@pytest.fixture
def crowded(root, tmp_path):
    """Thirty experiments: ten settings, each with three seeds."""
    runs = [
        seeded(f"beta{beta}-{seed}", seed, -100.0 - beta + seed / 4, beta=float(beta))
        for beta in range(10)
        for seed in range(3)
    ]
    return rendered(root, tmp_path / "compare.html", runs)


@pytest.mark.parametrize("kind", ["page", "crowded"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_alone_and_axe_finds_nothing_serious(
    kind, request, opened, accessible, scheme
):
    shown = opened(request.getfixturevalue(kind), color_scheme=scheme)
    accessible(shown)
    shown.evaluate("document.querySelectorAll('details').forEach((part) => (part.open = true))")
    assert all(shown.locator("img").evaluate_all("(all) => all.map((i) => i.naturalWidth > 0)"))
    accessible(shown)


def test_the_page_answers_first_and_shows_what_differs(page, opened):
    shown = opened(page)
    assert "<softer>" in shown.locator("h1").inner_text()
    verdict = shown.locator(".verdict:visible")
    assert "main is the best of 2: −100.00 nats per image" in verdict.inner_text()
    body = shown.locator("body").inner_text()
    assert "−110 (−10, worse)" in body
    assert body.index("is the best of") < body.index("models.vae.beta") < body.index("Curves")


def test_another_number_ranks_when_it_is_chosen(page, opened):
    shown = opened(page)
    shown.select_option("#metric", "vae.tsne.kl_divergence")
    (ranking,) = shown.locator(".ranking:visible").all()
    assert "By the vae.tsne.kl_divergence, main is the best" in ranking.inner_text()
    shown.locator("#metric").focus()
    shown.keyboard.press("ArrowUp")
    assert "evidence lower bound" in shown.locator(".ranking:visible").inner_text()


def test_without_scripts_the_number_that_was_asked_for_ranks(root, tmp_path, opened):
    runs = [revision("a"), revision("b", elbo=-90.0)]
    page = rendered(root, tmp_path / "compare.html", runs, "tsne.kl_divergence")
    shown = opened(page, java_script_enabled=False)
    assert "kl_divergence" in shown.locator(".ranking:visible").get_attribute("aria-label")


@pytest.mark.parametrize("width", [390, 1440])
def test_thirty_experiments_are_ranked_by_setting_and_folded(crowded, opened, width):
    shown = opened(crowded, viewport={"width": width, "height": 900})
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    rows = shown.locator(".ranking:visible tbody tr").all_inner_texts()
    assert len(rows) == 10
    # of −100, −99.75 and −99.5 the standard deviation is a quarter
    assert re.search(r"1\s+beta0-0, 3 seeds\s+−99.75 ± 0.25", rows[0])
    assert re.search(r"models.vae.beta 9\s*$", rows[9])
    assert not shown.locator(".side img").first.is_visible()
    shown.locator("summary", has_text="a.png").click()
    assert shown.locator(".side img:visible").count() == 30


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


@pytest.fixture
def run(root, history, monkeypatch):
    """`python -m pages.compare` in that project, but in this process; what it exits with."""
    monkeypatch.chdir(history)
    monkeypatch.setattr(stage.gc, "freeze", lambda: None)  # this process goes on

    def with_(*revisions):
        places = [str(root / "pages/compare"), str(root / "pages/shared.css"), "reports", "a.html"]
        monkeypatch.setattr(sys, "argv", ["pages.compare", *places, "--", *revisions])
        try:
            stage.run(main)
        except SystemExit as stopped:
            return stopped.code
        return 0

    return with_


def test_commits_are_compared_as_git_has_them(run, history, opened):
    shutil.rmtree(history / "reports/figures")  # of the workspace, which nobody asks for
    assert run("HEAD~1 HEAD HEAD~1") == 0
    text = opened(history / "a.html").locator("body").inner_text()
    assert re.search(r"models.vae.objective.beta\s+1\s+4", text)
    assert re.search(r"vae.elbo\s+−100\s+−110 \(−10, worse\)", text)
    assert "vae.kl" not in text
    assert "conditional.png" in text
    assert "reports/explorer/vae.html" in text  # which no cache holds
    assert "gone.html" not in text


def test_the_workspace_is_compared_as_it_lies_there(run, history, opened):
    write_metrics(history / "reports/metrics/vae.json", {"vae": {"elbo": -90.0, "kl": 7.0}})
    assert run("HEAD workspace") == 0
    text = opened(history / "a.html").locator("body").inner_text()
    assert re.search(r"vae.elbo\s+−110\s+−90 \(\+20, better\)", text)


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize(
    ("revisions", "told"),
    [
        (["HEAD"], "two revisions or more"),
        (["HEAD nonsense"], "nonsense"),
        (["HEAD~1 HEAD", "colour"], "METRIC is colour, .* give one of vae.elbo"),
    ],
)
def test_wrong_revisions_are_told_in_a_line(run, history, revisions, told, capsys):
    assert run(*revisions) == 1
    said = capsys.readouterr().err
    assert re.search(told, said)
    assert re.fullmatch(r"python -m pages\.compare: .*\n", said)
    assert not (history / "a.html").exists()
