"""What the report of a sweep says: places, effects and spreads, by numbers computed by hand."""

import numpy as np
import pytest

from pages.compare.revision import Revision
from pages.render import render
from pages.sweep.summary import SHOWN, parts, short
from pages.table import markdown_table
from sweeps.report import _charts
from tests.project import ROOT
from vae.files.errors import InputError

BETA, RATE = "models.vae.objective.beta", "training.learning_rate"


def run(name, elbo, beta=1.0, rate=3e-3, seed=0, **metrics):
    params = {BETA: beta, RATE: rate, "seed": seed, "dataset.name": "mnist"}
    params["models.vae.likelihood"] = "bernoulli"
    numbers = {"vae.elbo": elbo, "vae.kl": 6.0, "vae.knn_accuracy": 0.7, **metrics}
    return Revision(name, params, [], numbers, {"vae": [(1.0, elbo - 9), (2.0, elbo)]}, {}, [])


def part(*runs, metric=""):
    (found,) = parts(runs, ["vae"], [BETA, RATE], metric)
    return found


def test_settings_are_ranked_with_the_mean_and_the_spread_over_their_seeds():
    found = part(
        run("a", -100.0), run("b", -90.0, beta=2, seed=0), run("b1", -94.0, beta=2, seed=1)
    )
    assert found.settings.head[:3] == ["place", "beta", "vae.elbo"]
    # −90 and −94: their mean is −92, their standard deviation √8
    assert found.settings.rows[0][:3] == ["1", "2", "−92.00 ± 2.8"]
    assert found.settings.rows[1][:3] == ["2", "1", "−100.00"]
    assert [row[-2:] for row in found.settings.rows] == [["2", "b"], ["1", "a"]]
    np.testing.assert_allclose(found.spreads, [8**0.5, np.nan])


def test_an_effect_is_the_difference_of_the_best_and_the_worst_medians():
    runs = [
        run(f"{beta}{rate}", elbo, beta, rate)
        for (beta, rate), elbo in {
            (1, 0.1): -100.0, (1, 0.2): -104.0, (2, 0.1): -110.0, (2, 0.2): -112.0,
        }.items()
    ]  # fmt: skip
    # of beta the medians are −102 and −111, of the rate −105 and −108
    assert part(*runs).effects.rows == [
        ["beta", "1", "2", "9", "–"],
        ["learning_rate", "0.1", "0.2", "3", "–"],
    ]


def test_the_spread_over_seeds_is_pooled():
    runs = [
        run("a", -100.0),
        run("a1", -102.0, seed=1),
        run("b", -90.0, 2),
        run("b1", -96.0, 2, seed=1),
    ]
    # variances 2 and 18, whose mean is 10
    assert part(*runs).effects.rows == [["beta", "2", "1", "8", "3.2"]]


def test_many_numbers_are_told_by_thirds():
    runs = [run(str(i), -100.0 + i, beta=float(i)) for i in range(12)]
    # the medians of the first and the last four are −98.5 and −90.5
    assert part(*runs).effects.rows == [["beta", "8 to 11", "0 to 3", "8", "–"]]


def test_another_number_ranks_where_it_is_asked_for():
    runs = [
        run("a", -100.0, **{"vae.log_likelihood": -80.0}),
        run("b", -90.0, 2, **{"vae.log_likelihood": -85.0}),
    ]
    assert part(*runs).settings.rows[0][-1] == "b"
    assert part(*runs, metric="log_likelihood").settings.rows[0][-1] == "a"
    with pytest.raises(InputError, match="METRIC is speed, by which nothing is ranked; give elbo"):
        part(*runs, metric="speed")


@pytest.mark.parametrize(
    ("key", "others", "name"),
    [
        (BETA, [RATE], "beta"),
        ("models.vae.epochs", ["models.cvae.epochs"], "vae.epochs"),
        ("a.b", ["x.a.b", "y.a.b"], "a.b"),
    ],
)
def test_a_parameter_is_called_by_its_last_words_that_are_its_own(key, others, name):
    assert short(key, [key, *others]) == name


def page(tmp_path, runs):
    found = parts(runs, ["vae"], [BETA, RATE], "")
    html = render(
        ROOT / "pages/sweep",
        ROOT / "pages/shared.css",
        **{"name": "a <sweep>", "opening": "`words`", "parts": found, "shown": SHOWN},
        missing=["beta 9"],
        charts={each.model: _charts(each, 100) for each in found},
    )
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    return file


@pytest.mark.parametrize(("count", "scheme"), [(1, "light"), (3, "dark"), (40, "light")])
def test_the_page_opens_offline_and_fits_every_screen(tmp_path, opened, accessible, count, scheme):
    runs = [
        run(f"sweep-{i}", -100.0 - i % 7, beta=float(i), rate=0.1 + i % 3) for i in range(count)
    ]
    for width in (1440, 390):
        shown = opened(
            page(tmp_path, runs), viewport={"width": width, "height": 800}, color_scheme=scheme
        )
        assert shown.evaluate("document.documentElement.scrollWidth") == width
        accessible(shown)
        assert shown.locator("img").count() == (3 if count > 1 else 0)
        rows = shown.locator("table").first.locator("tr").count() if count > 1 else 0
        assert rows == (min(count, SHOWN) + 1 if count > 1 else 0)
        assert shown.get_by_text("a <sweep>").count() == 1


def test_a_table_can_be_written_as_markdown():
    lines = markdown_table(part(run("a", -100.0), run("b", -90.0, 2)).settings)
    assert lines[2].startswith("| 1 | 2 | −90.00 |")
