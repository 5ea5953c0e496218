"""Whatever lies in the place of what a stage reads is refused in a line, and nothing is written.

Or, where the damage does not reach what is read, the outputs are those of the whole input.
"""

import json
import re
from functools import cache
from pathlib import Path
from unittest import mock

import pytest
from ruamel.yaml import YAML

from pages.report import page
from tests.damaged import WHOLE, Stage
from tests.stages_of import SCRIPTS
from tests.vae.files.damage import WAYS


@pytest.fixture(scope="module", autouse=True)
def each_figure_compressed_once():
    """Most of the time that a report takes."""
    with mock.patch.object(page, "compact", cache(page.compact)):
        yield


@pytest.mark.usefixtures("as_users_run_it")
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_damaged_input_is_refused_in_a_line_or_does_no_harm(name, repository, tmp_path):
    stage = Stage(repository, name, tmp_path)
    for file in stage.inputs:
        for way, data in stage.damages(file):
            status, told, wrote = stage.given(file, data)
            case = f"{file}, {way}: {told}"
            if status:
                assert (status, wrote) == (1, {}), case
                assert re.fullmatch(r"python -m stages\.\w+: .*\n", told), case
                assert any(dep in told for dep in stage.deps), case
            else:
                assert wrote == stage.whole or way.endswith(WHOLE), case


@pytest.mark.usefixtures("as_users_run_it")
def test_pictures_of_walks_want_a_walk(repository, tmp_path):
    stage = Stage(repository, "decode", tmp_path)
    content = YAML(typ="safe").load((repository / "params.yaml").read_text(encoding="utf-8"))
    content["interpolation"] |= {"sources": [], "pairs": [], "loops": []}
    status, told, wrote = stage.given(Path("params.yaml"), json.dumps(content).encode())
    assert (status, wrote) == (1, {})
    assert "interpolation: there is no walk; give sources, pairs or loops" in told


def test_as_many_inputs_are_damaged_as_one_could_wish(repository, tmp_path):
    stages = [Stage(repository, name, tmp_path) for name in SCRIPTS]
    assert sum(len(stage.inputs) for stage in stages) * len(WAYS) >= 200
