"""Reading YAML: as it is written, in its order, by YAML 1.2; what is none is told in a line."""

import json
import re

import pytest

from pipeline import loading
from pipeline.model_params import Model
from pipeline.params import Manifold
from pipeline.section import Section
from tests.conftest import without_own, write_params
from vae.files.errors import InputError


@pytest.fixture
def project(tmp_path, content, monkeypatch):
    """A folder with the shipped parameters, in which they are read."""
    write_params(tmp_path, content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read_again(folder, content):
    """These parameters, by way of the file (in JSON, which is YAML that keeps its order)."""
    (folder / "params.yaml").write_text(json.dumps(content), encoding="utf-8")
    return loading.read(folder / "params.yaml")


def complaint(read, *arguments):
    with pytest.raises(InputError) as caught:
        read(*arguments)
    return str(caught.value)


# --- what is handed on -----------------------------------------------------------------------


def test_the_shipped_file_is_handed_on_as_it_is(root, content):
    assert loading.read(root / "params.yaml").model_dump(exclude_unset=True) == without_own(content)


@pytest.mark.parametrize("section", ["figures", "models"])
@pytest.mark.parametrize("turned", [False, True])
def test_figures_and_models_keep_the_order_of_the_file(turned, section, project, content):
    if turned:
        content[section] = dict(reversed(content[section].items()))
    read = read_again(project, content)
    assert list(read.model_dump(exclude_unset=True)[section].items()) == list(
        content[section].items()
    )


def test_lists_keep_their_order(project, content):
    content["figures"]["samples"] = ["vae20", "cvae", "vae"]
    content["models"]["vae"]["hidden"] = [3, 1, 2]
    read = read_again(project, content)
    assert read.figures["samples"] == ["vae20", "cvae", "vae"]
    assert read.models["vae"].hidden == [3, 1, 2]


# --- figures of one's own --------------------------------------------------------------------


def test_a_figure_of_ones_own_needs_no_more_than_its_line(project, content):
    content["figures"] = {"mine": ["vae"], **content["figures"]}
    assert read_again(project, content).model_dump(exclude_unset=True) == without_own(content)


def test_the_section_of_a_figure_of_ones_own_is_left_to_its_stage(project, content):
    class Mine(Section):
        rows: int

    content["figures"]["mine"] = ["vae", "cvae"]
    content["mine"] = {"rows": 3}
    read = read_again(project, content).model_dump(exclude_unset=True)
    assert read == without_own(content, "mine")
    assert loading.at("params.yaml:mine", Mine) == Mine(rows=3)


def test_a_section_of_no_figure_is_unknown(project, content):
    content["mine"] = {"rows": 3}
    told = complaint(read_again, project, content)
    assert told.endswith("\n  mine: unknown key (its value is {'rows': 3}); remove or rename it")


def test_a_figure_of_ones_own_is_asked_of_models_that_there_are(project, content):
    content["figures"]["mine"] = ["vae", "theirs"]
    told = complaint(read_again, project, content)
    assert "figures.mine is ['vae', 'theirs']: no model 'theirs'" in told


def test_a_section_that_the_schema_knows_is_checked_whatever_figures_there_are(project, content):
    content["figures"]["seed"] = ["vae"]
    content["seed"] = -1
    assert "seed is -1" in complaint(read_again, project, content)


# --- addresses -------------------------------------------------------------------------------


def test_an_address_is_a_file_and_a_dotted_key(project, content):
    assert (
        loading.at("params.yaml:manifold", Manifold).model_dump(exclude_unset=True)
        == content["manifold"]
    )
    found = loading.at("params.yaml:models.cvae", Model)
    assert found.model_dump(exclude_unset=True) == content["models"]["cvae"]


def test_an_address_without_a_key_is_the_whole_file(project):
    (project / "mine.yaml").write_text("n: 3\npage_n: 2\n")
    assert loading.at("mine.yaml", Manifold) == Manifold(n=3, page_n=2)


def test_an_address_may_lead_to_another_folder(project):
    (project / "claims").mkdir()
    (project / "claims/params.yaml").write_text("a: {b: {n: 3, page_n: 2}}\n")
    assert loading.at("claims/params.yaml:a.b", Manifold).n == 3


@pytest.mark.parametrize("key", ["models.none", "none", "models.vae.hidden.0", "seed.more"])
def test_a_missing_key_is_told_in_a_line(key, project):
    assert complaint(loading.at, f"params.yaml:{key}", Model) == f"params.yaml has no key {key}"


def test_all_mistakes_at_an_address_are_told_at_once(project, content):
    content["models"]["vae"] |= {"latent_dim": 0, "activation": "sine", "colour": "red"}
    del content["models"]["vae"]["epochs"]
    write_params(project, content)
    first, *mistakes = complaint(loading.at, "params.yaml:models.vae", Model).splitlines()
    assert first == "4 mistake(s) in params.yaml:models.vae:"
    keys = {line.split()[0].rstrip(":") for line in mistakes}
    assert keys == {"latent_dim", "activation", "colour", "epochs"}


def test_a_key_that_holds_no_section_is_told(project):
    assert "dictionary" in complaint(loading.at, "params.yaml:seed", Model)


def test_a_file_that_is_not_there_is_an_os_error(project):
    for read in (
        lambda: loading.read(project / "none.yaml"),
        lambda: loading.at("none.yaml:a", Model),
    ):
        with pytest.raises(FileNotFoundError):
            read()


# --- YAML ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written, value", [("1e-3", 0.001), ("2E+1", 20.0), (".5", 0.5), ("0.25", 0.25)]
)
def test_yaml_is_read_by_version_1_2(written, value, root, tmp_path):
    text = (root / "params.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(learning_rate: )\S+", rf"\g<1>{written}", text)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    assert loading.read(tmp_path / "params.yaml").training.learning_rate == value


@pytest.mark.parametrize("written", ["yes", "on", "y"])
def test_the_words_of_yaml_1_1_are_no_booleans(written, root, tmp_path):
    text = (root / "params.yaml").read_text(encoding="utf-8")
    text = text.replace("conditional: false", f"conditional: {written}", 1)
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"models.vae.conditional is '{written}'"):
        loading.read(tmp_path / "params.yaml")


@pytest.mark.parametrize(
    "written, told",
    [
        (b"seed: [0", "is not YAML: .*line 1"),
        (b"seed: 0\nseed: 1", "is not YAML: .*duplicate key .seed.*line 2"),
        (b"\x80\x00\xff", "is not YAML: .*utf-8"),
        (b"seed: 2025-13-45", "is not YAML: .*month"),
        (b"", "holds nothing; it must hold keys and values"),
        (b"# only a comment\n", "holds nothing; it must hold keys and values"),
        (b"- seed\n- 0\n", r"holds \['seed', 0\]; it must hold keys and values"),
        (b"seed", "holds 'seed'; it must hold keys and values"),
    ],
)
def test_a_file_without_parameters_is_told_as_such(written, told, tmp_path):
    (tmp_path / "mine.yaml").write_bytes(written)
    with pytest.raises(InputError, match=f"(?s)^{re.escape(str(tmp_path))}/mine.yaml {told}"):
        loading.read(tmp_path / "mine.yaml")


def test_any_file_is_checked_whole_by_its_own_schema(tmp_path):
    (tmp_path / "mine.yaml").write_text("n: 1\npage_m: 2\n")
    told = complaint(loading.load, tmp_path / "mine.yaml", Manifold).splitlines()
    assert told[0] == f"3 mistake(s) in {tmp_path / 'mine.yaml'}:"
    assert {line.split()[0].rstrip(":") for line in told[1:]} == {"n", "page_n", "page_m"}
