"""The data set is set, and nothing else of params.yaml."""

import re
import shutil

import pytest
from ruamel.yaml import YAML

from pipeline import choose, loading
from pipeline.run import PARAMS
from tests.project import ROOT
from vae.files.metrics import flatten


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path / PARAMS


def test_the_name_alone_is_set(root, here):
    shipped = (root / PARAMS).read_bytes()
    here.write_bytes(shipped)
    choose.main("fashion-mnist")
    assert here.read_bytes() == shipped.replace(b"  name: mnist\n", b"  name: fashion-mnist\n")
    choose.main("mnist")
    assert here.read_bytes() == shipped


PRESETS = {
    name: values
    for file in (ROOT / "presets").glob("*.yaml")
    for values in [YAML(typ="safe").load(file.read_text(encoding="utf-8"))]
    for name in values.pop("for")
}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_its_values_and_nothing_else(name, root, here):
    shipped = (root / PARAMS).read_text(encoding="utf-8")
    here.write_text(shipped, encoding="utf-8")
    shutil.copytree(ROOT / "presets", here.with_name("presets"))
    choose.main(name)
    changed = here.read_text(encoding="utf-8")
    loading.read(here)
    before, after = (flatten(YAML(typ="safe").load(text)) for text in (shipped, changed))
    assert after == before | flatten(PRESETS[name]) | {"dataset.name": name}
    assert re.findall("#.*", changed) == re.findall("#.*", shipped)


def test_a_value_of_one_section_is_not_that_of_the_next(here):
    here.write_text("models:\n  a:\n    n: 1\n  b:\n    m: 2 # two\ndataset:\n  name: x\n")
    (here.parent / "presets").mkdir()
    (here.parent / "presets/y.yaml").write_text("for: [y]\nmodels: {b: {m: 3}}")
    choose.main("y")
    assert here.read_text() == (
        "models:\n  a:\n    n: 1\n  b:\n    m: 3 # two\ndataset:\n  name: y\n"
    )
    (here.parent / "presets/y.yaml").write_text("for: [x, y]\nmodels: {a: {m: 3}}")
    with pytest.raises(SystemExit, match=r"no models\.a\.m to be set"):
        choose.main("y")


def test_a_file_without_the_key_is_left_as_it_is_and_told(here):
    here.write_text("models:\n  name: a\n")
    with pytest.raises(SystemExit, match=r"no dataset\.name to be set"):
        choose.main("digits")
    assert here.read_text() == "models:\n  name: a\n"
