"""What scripts load: whoever draws needs no network, whoever writes the report draws nothing."""

import pytest

from tests.imports import loaded

DRAWING = {
    *("curves", "reconstructions", "samples", "scatter", "manifold", "class_manifolds", "digits"),
    *("uncertainty", "interpolation", "film", "tsne", "traversal", "conditional", "explorer"),
    *("film_page", "cloud", "slices"),
}
OTHERS = {
    *("check", "download", "train", "classifier", "encode", "evaluate", "decode", "develop"),
    *("embed", "report"),
}


def test_a_script_that_draws_loads_no_torch():
    assert loaded([f"stages.{script}" for script in (*sorted(DRAWING), "report")], "torch") == ""


def test_the_report_loads_no_matplotlib():
    assert loaded(["stages.report"], "matplotlib") == ""


@pytest.mark.parametrize("forbidden, script", [("torch", "train"), ("matplotlib", "scatter")])
def test_these_tests_see_what_is_loaded(forbidden, script):
    assert loaded([f"stages.{script}"], forbidden) == f"stages.{script} loads {forbidden}"


def test_every_script_is_known_to_draw_or_not_to(root):
    assert {file.stem for file in root.glob("stages/[a-z]*.py")} == DRAWING | OTHERS
