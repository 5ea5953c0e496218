"""The data set is set, and nothing else of params.yaml."""

import pytest

from pipeline import choose
from pipeline.run import PARAMS


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


def test_a_file_without_the_key_is_left_as_it_is_and_told(here):
    here.write_text("models:\n  name: a\n")
    with pytest.raises(SystemExit, match=r"no dataset\.name to be set"):
        choose.main("digits")
    assert here.read_text() == "models:\n  name: a\n"
