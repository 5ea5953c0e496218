"""The device: the one asked for, or a sentence that says which there are."""

import pytest

from pipeline.device import device
from vae.files.errors import InputError


def test_the_device_is_the_one_asked_for(monkeypatch):
    monkeypatch.setenv("DEVICE", "cpu")
    assert device().type == "cpu"


@pytest.mark.parametrize("name", ["nonsense", "", "vulkan", "cuda:99"])
def test_a_device_that_is_none_is_told_with_what_may_be_used(name, monkeypatch):
    monkeypatch.setenv("DEVICE", name)
    with pytest.raises(InputError, match=f"^DEVICE is '{name}': .*; use auto, cpu, cuda or mps$"):
        device()


def test_a_device_that_is_none_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setenv("DEVICE", "vulkan")  # of which torch has a page to say
    with pytest.raises(InputError) as caught:
        device()
    assert len(str(caught.value)) < 200
