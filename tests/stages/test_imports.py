"""What scripts load: whoever draws needs no network, whoever writes the report draws nothing."""

import subprocess
import sys

import pytest

DRAWING = {
    *("curves", "reconstructions", "samples", "scatter", "manifold", "class_manifolds", "digits"),
    *("uncertainty", "interpolation", "film", "tsne", "traversal", "conditional", "explorer"),
    *("film_page", "cloud", "slices"),
}
OTHERS = {
    *("check", "download", "train", "classifier", "encode", "evaluate", "decode", "develop"),
    *("embed", "report"),
}

IMPORT = """
import importlib, sys
for script in sys.argv[2:]:
    importlib.import_module(script)
    if sys.argv[1] in sys.modules:
        sys.exit(script)
"""


def loads(root, forbidden, scripts):
    """The first of some scripts, imported one after the other, that loads a module; or nothing."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, forbidden, *(f"stages.{script}" for script in scripts)],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 or done.stderr.strip().startswith("stages."), done.stderr
    return done.stderr.strip()


def test_a_script_that_draws_loads_no_torch(root):
    assert loads(root, "torch", [*sorted(DRAWING), "report"]) == ""


def test_the_report_loads_no_matplotlib(root):
    assert loads(root, "matplotlib", ["report"]) == ""


@pytest.mark.parametrize("forbidden, script", [("torch", "train"), ("matplotlib", "scatter")])
def test_these_tests_see_what_is_loaded(forbidden, script, root):
    assert loads(root, forbidden, [script]) == f"stages.{script}"


def test_every_script_is_known_to_draw_or_not_to(root):
    assert {file.stem for file in root.glob("stages/[a-z]*.py")} == DRAWING | OTHERS
