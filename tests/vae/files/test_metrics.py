"""Metrics and curves in files: what is read is what was written, to four decimals."""

import math

import pytest

from tests.vae.files.damage import WAYS, complaint
from vae.files.metrics import flatten, read_curve, read_metrics, write_curve, write_metrics

NUMBERS = {"vae": {"elbo": -133.25, "kl_by_axis": {"z1": 3.5, "z2": 0.0}, "active_units": 2}}
HISTORY = [
    {"epoch": 1, "validation_elbo": -200.5, "kl": 1.25},
    {"epoch": 2, "validation_elbo": -100.0, "kl": 2.0},
]


def written(path, numbers):
    write_metrics(path, numbers)
    return read_metrics(path)


def test_metrics_are_read_as_they_were_written(tmp_path):
    found = written(tmp_path / "vae.json", NUMBERS)
    assert found == NUMBERS
    assert list(found["vae"]) == list(NUMBERS["vae"])
    assert type(found["vae"]["active_units"]) is int


def test_metrics_are_rounded_and_hold_null_where_there_is_no_number(tmp_path):
    numbers = {"b": 1 / 3, "c": math.nan, "d": math.inf, "e": 7, "f": None, "g": -5e-5}
    rounded = {"b": 0.3333, "c": None, "d": None, "e": 7, "f": None, "g": -0.0001}
    assert written(tmp_path / "m.json", {"a": numbers}) == {"a": rounded}


def test_metrics_are_strict_json_that_ends_its_line(tmp_path):
    """NaN is no JSON, and DVC's reader would stop at it."""
    write_metrics(tmp_path / "m.json", {"grün": math.nan})
    text = (tmp_path / "m.json").read_text(encoding="utf-8")
    assert text == '{\n  "grün": null\n}\n'


@pytest.mark.parametrize("way", WAYS)
def test_damaged_metrics_are_told_with_the_remedy(way, tmp_path):
    path = tmp_path / "vae.json"
    write_metrics(path, NUMBERS)
    path.write_bytes(WAYS[way](path.read_bytes()))
    assert complaint(read_metrics, path).endswith("; make it again")


@pytest.mark.parametrize("text", ["[1]", "3", "null", '"elbo"'])
def test_json_without_names_is_told(text, tmp_path):
    (tmp_path / "m.json").write_text(text)
    assert "it holds no names" in complaint(read_metrics, tmp_path / "m.json")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["vae20"], "holds no vae20"),
        (["vae", "elbo_"], "holds no elbo_"),
        (["vae", "elbo"], "it holds no names"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_the_remedy(names, told, tmp_path):
    write_metrics(tmp_path / "m.json", NUMBERS)
    said = complaint(lambda path: read_metrics(path, *names), tmp_path / "m.json")
    assert told in said and said.endswith("; make it again")


def test_what_is_read_by_name_is_read_by_its_names_too(tmp_path):
    write_metrics(tmp_path / "m.json", NUMBERS)
    found = read_metrics(tmp_path / "m.json", "vae")
    assert found["kl_by_axis"] == NUMBERS["vae"]["kl_by_axis"]
    assert "holds no z3" in complaint(lambda path: found["kl_by_axis"]["z3"], tmp_path / "m.json")


@pytest.mark.parametrize("text", ['{"vae": {"elbo": "-1.5"}}', '{"vae": [1]}', "[" * 100_000])
def test_what_is_no_number_is_told(text, tmp_path):
    (tmp_path / "m.json").write_text(text)
    complaint(read_metrics, tmp_path / "m.json")


def test_a_curve_is_read_as_it_was_written(tmp_path):
    write_curve(tmp_path / "vae.csv", HISTORY)
    assert read_curve(tmp_path / "vae.csv") == HISTORY


def test_a_curve_has_four_decimals_and_whole_epochs(tmp_path):
    write_curve(tmp_path / "vae.csv", [{"epoch": 1, "kl": 1 / 3}, {"epoch": 10, "kl": 2.0}])
    assert (tmp_path / "vae.csv").read_bytes() == b"epoch,kl\n1,0.3333\n10,2.0000\n"


DAMAGED_CURVES = {way: WAYS[way] for way in WAYS if way != "cut in the middle"} | {
    "no rows": lambda data: b"epoch,kl\n",
    "a row cut short": lambda data: data[: data.rindex(b",")],
    "a row too long": lambda data: data[:-1] + b",7\n",
    "a word": lambda data: data.replace(b"2.0000", b"two"),
    "a hole": lambda data: data.replace(b"2.0000", b""),
    "a digit short": lambda data: data[:-2],
    "a zero byte": lambda data: data.replace(b"2.0000", b"\0"),
}


@pytest.mark.parametrize("way", DAMAGED_CURVES)
def test_a_damaged_curve_is_told_with_the_remedy(way, tmp_path):
    path = tmp_path / "vae.csv"
    write_curve(path, HISTORY)
    path.write_bytes(DAMAGED_CURVES[way](path.read_bytes()))
    assert complaint(read_curve, path).endswith("; make it again")


def test_a_column_that_is_not_there_is_told(tmp_path):
    write_curve(tmp_path / "vae.csv", HISTORY)
    rows = read_curve(tmp_path / "vae.csv")
    assert "holds no train_elbo" in complaint(
        lambda path: rows[0]["train_elbo"], tmp_path / "vae.csv"
    )


def test_flat_keys_are_dotted_at_any_depth():
    tree = {"a": {"b": {"c": 1}, "d": [2]}, "e": {}, "f": None}
    assert flatten(tree) == {"a.b.c": 1, "a.d": [2], "f": None}
