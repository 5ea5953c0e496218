"""The experiments of a sweep: what makes two of them the same, and what is refused."""

import pytest

from sweeps.experiment import experiments, measured, targets
from sweeps.schema import Sweep
from tests.conftest import changed
from vae.files.errors import InputError

BETA = "models.vae.objective.beta"


def names(content, base="base", **sweep):
    found = experiments(Sweep(**{"name": "a", **sweep}), "a.yaml", base, content)
    return [each.name for each in found]


def test_settings_that_come_to_the_same_are_one_experiment(content):
    (name,) = names(content, settings=[{}, {BETA: 1}, {BETA: 1.0}, {"models.vae.epochs": 34}])
    assert names(content, name="b", grid={BETA: [1.0]}) == [name]


def test_whatever_changes_the_result_changes_the_name(content):
    found = [
        *names(content, grid={BETA: [1, 2]}, targets=["evaluate@vae"]),
        *names(content, grid={BETA: [1]}, targets=["evaluate@vae"], seeds=[1]),
        *names(content, grid={BETA: [1]}, targets=["train@vae"]),
        *names(content, grid={BETA: [1]}, targets=["evaluate@vae"], base="other"),
        *names(changed(content, evaluate__samples=3), grid={BETA: [1]}, targets=["evaluate@vae"]),
    ]
    assert len(set(found)) == 6


def test_an_experiment_knows_all_its_parameters(content):
    (each,) = experiments(Sweep(name="a", grid={BETA: [2]}, seeds=[5]), "a", "base", content)
    assert each.setting == {BETA: 2, "seed": 5}
    assert (each.params[BETA], each.params["seed"]) == (2, 5)
    assert each.params["models.cvae.objective.beta"] == 1
    assert each.words == f"{BETA} 2, seed 5"
    assert content["models"]["vae"]["objective"]["beta"] == 1


def test_every_setting_that_the_pipeline_would_refuse_is_told(content):
    grid = {BETA: [-1, 1], "models.vae.network": ["mpl"], "training.rate": [1], "models.vae": [2]}
    with pytest.raises(InputError) as caught:
        names(content, settings=[{key: value} for key in grid for value in grid[key]])
    first, *mistakes = str(caught.value).split("\n  ")
    assert first == "4 mistake(s) in a.yaml:"
    assert mistakes[0].startswith(f"{BETA} is -1: ")
    assert mistakes[1].startswith("models.vae.network is 'mpl': ")
    assert mistakes[2:] == [
        f"{key}: params.yaml has no such number or word" for key in ("training.rate", "models.vae")
    ]


@pytest.mark.parametrize(
    ("keys", "models"),
    [
        ([BETA], ["vae"]),
        ([BETA, "models.vae20.epochs"], ["vae", "vae20"]),
        ([BETA, "training.clip"], ["vae", "cvae", "vae20"]),
        ([], ["vae", "cvae", "vae20"]),
    ],
)
def test_by_default_what_measures_the_changed_models_runs(content, keys, models):
    sweep = Sweep(name="a", settings=[dict.fromkeys(keys, 1)])
    assert targets(sweep, content) == [f"evaluate@{model}" for model in models]
    assert measured(targets(sweep, content), content) == models


def test_a_stage_of_all_models_measures_all(content):
    assert measured(["evaluate"], content) == ["vae", "cvae", "vae20"]
