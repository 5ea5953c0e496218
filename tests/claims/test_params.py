"""The parameters of the claims: what is shipped is valid, and what is wrong is refused."""

from importlib import import_module

import pytest
from pydantic import ValidationError

from claims.params import ClaimsParams
from pipeline import loading
from tests.project import ROOT

CLAIMS = sorted(file.parent.name for file in (ROOT / "claims").glob("*/params.yaml"))


def shipped(claim):
    schema = import_module(f"claims.{claim}").Settings
    return loading.load(ROOT / f"claims/{claim}/params.yaml", schema)


def altered(claim, **changes):
    settings = shipped(claim)
    return type(settings).model_validate(settings.model_dump() | changes)


@pytest.mark.parametrize("claim", CLAIMS)
def test_what_is_shipped_is_valid_and_another_key_is_not(claim):
    with pytest.raises(ValidationError, match="another"):
        altered(claim, another=1)


@pytest.mark.parametrize(
    ("claim", "key", "value"),
    [
        ("aggregate", "cells", 1),
        ("anomaly", "held_out", []),
        ("anomaly", "others", ["unheard-of"]),
        ("anomaly", "published", {"mean": 1.5}),
        ("decoupling", "images", 0),
        ("factors", "bins", 1),
        ("gaps", "prior_share", 1.0),
        ("gaps", "samples", [10, 1]),
        ("gaps", "samples", [5]),
        ("neighbourhood", "k", 0),
        ("neighbourhood", "example", -1),
        ("planes", "grid", 2),
        ("planes", "limit", 0.0),
        ("posterior_std", "parts", 1),
        ("posterior_std", "strip", 0),
    ],
)
def test_a_value_out_of_bounds_is_refused(claim, key, value):
    with pytest.raises(ValidationError, match=key):
        altered(claim, **{key: value})


def test_every_shared_model_is_valid_and_has_a_name_of_its_own():
    claims = loading.load(ROOT / "claims/params.yaml", ClaimsParams)
    assert not claims.models.keys() & loading.read(ROOT / "params.yaml").models.keys()
