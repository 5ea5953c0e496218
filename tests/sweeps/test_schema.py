"""What a sweep's file may say, and the settings that it asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from ruamel.yaml import YAML

from pipeline.loading import load
from sweeps.schema import Interval, Random, Range, Sweep
from tests.project import ROOT
from vae.files.errors import InputError

BETA = "models.vae.objective.beta"
FILES = sorted((ROOT / "sweeps").glob("*.yaml"))


def span(first, last, **more):
    return {"from": first, "to": last, **more}


def test_a_grid_and_ranges_give_every_combination_with_every_seed():
    sweep = Sweep(name="a", seeds=[3, 4], grid={"x": [1, 2]}, ranges={"y": span(0.0, 1.0, count=3)})
    found = [tuple(setting.values()) for setting in sweep.expanded()]
    assert found == [(x, y, seed) for x in (1, 2) for y in (0, 0.5, 1) for seed in (3, 4)]


def test_draws_and_listed_settings_stand_beside_the_grid():
    draws = {"count": 2, "seed": 0, "draws": {"z": span(0.0, 1.0)}}
    sweep = Sweep(name="a", grid={"x": [1]}, random=draws, settings=[{"y": None}, {}])
    assert [list(setting) for setting in sweep.expanded()] == [["x"], ["z"], ["z"], ["y"], []]
    assert sweep.keys == ["x", "z", "y"]


def test_seeds_alone_are_a_sweep_of_what_params_yaml_holds():
    assert Sweep(name="a", seeds=[0, 1]).expanded() == [{"seed": 0}, {"seed": 1}]


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        (span(1e-4, 1e-2, count=3, scale="log"), [1e-4, 1e-3, 1e-2]),
        (span(0.1, 0.3, count=3), [0.1, 0.2, 0.3]),
        (span(2.0, 10.0, count=5, scale="integer"), [2, 4, 6, 8, 10]),
        (span(1.0, 2.0, count=5, scale="integer"), [1, 2]),
    ],
)
def test_a_range_takes_even_steps_on_its_scale(asked, values):
    found = Range(**asked).values
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


@given(st.integers(0, 99), st.integers(1, 20), st.sampled_from(["linear", "log", "integer"]))
def test_draws_lie_between_the_ends_and_more_of_them_begin_with_the_same(seed, count, scale):
    draws = {"a": span(2.0, 5.0, scale=scale), "b": span(1.0, 9.0)}
    some = Random(count=count, seed=seed, draws=draws).settings
    more = Random(count=count + 5, seed=seed, draws=draws).settings
    assert more[:count] == some
    assert all(2 <= setting["a"] <= 5 for setting in more)
    alone = Random(count=count, seed=seed, draws={"a": draws["a"]}).settings
    assert [setting["a"] for setting in alone] == [setting["a"] for setting in some]


def test_draws_are_even_on_their_scale():
    draws = {"log": span(1e-4, 1.0, scale="log"), "whole": span(1.0, 4.0, scale="integer")}
    found = Random(count=2000, seed=0, draws=draws).settings
    below = sum(setting["log"] < 1e-2 for setting in found)  # half of the way on that scale
    assert abs(below - 1000) < 4 * 22.4  # standard deviations of a binomial count: √(2000 / 4)
    for number in range(1, 5):
        times = sum(setting["whole"] == number for setting in found)
        assert abs(times - 500) < 4 * 19.4  # √(2000 · 1/4 · 3/4)


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        (span(2.0, 1.0), "from must be less than to, and 2 ≥ 1"),
        (span(0.0, 1.0, scale="log"), "a log scale needs from > 0, and it is 0"),
        (span(0.5, 2.0, scale="integer"), "0.5 and 2 must be whole numbers"),
    ],
)
def test_an_interval_without_numbers_is_refused(ends, why):
    with pytest.raises(ValidationError, match=why):
        Interval(**ends)


def test_every_mistake_of_a_file_is_told_at_once(tmp_path):
    file = tmp_path / "wrong.yaml"
    content = {
        "name": "A b",
        "seeds": [-1],
        "grid": {"x": [], "y z": [1], "seed": [1], "u": [{"v": 1}]},
        "ranges": {"w": span(0, 1, count=1)},
        "gird": 1,
    }
    YAML(typ="safe").dump(content, file)
    with pytest.raises(InputError) as caught:
        load(file, Sweep)
    told = str(caught.value).splitlines()
    assert told[0].startswith("7 mistake(s) in ")
    for key in ("name", "seeds.0", "grid.x", "grid.y z", "grid.u.0", "ranges.w.count", "gird"):
        assert sum(line.startswith(f"  {key}") for line in told) == 1, key


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"ranges": {"x": span(0.0, 1.0, count=2)}}, "x: give a grid or a range"),
        ({"settings": [{"seed": 1}]}, "give the seeds as `seeds`"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(more, why):
    with pytest.raises(ValidationError, match=why):
        Sweep(name="a", grid={"x": [1]}, **more)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_shipped_sweep_bears_its_files_name_and_can_be_run(file, content):
    from sweeps.experiment import experiments

    sweep = load(file, Sweep)
    assert sweep.name == file.stem
    assert len(experiments(sweep, file.name, "base", content)) == len(sweep.expanded())
