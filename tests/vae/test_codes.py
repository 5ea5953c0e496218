"""Measures on codes against torch.distributions and numbers computed by hand."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from tests.vae.files.damage import WAYS, complaint
from vae.codes import Codes, active, kl, kl_by_axis, posterior_std
from vae.files.dataset import LabelledImages


def codes(mean, log_var):
    mean, log_var = np.float32(mean), np.float32(log_var)
    return Codes(mean, log_var, mean, np.zeros(len(mean), np.int64))


def test_the_kl_of_every_image_and_axis_is_that_of_torch_distributions():
    rng = np.random.default_rng(0)
    shown = codes(rng.normal(size=(5, 3)), rng.normal(size=(5, 3)))
    mean, log_var = (torch.from_numpy(part).double() for part in (shown.mean, shown.log_var))
    expected = kl_divergence(Normal(mean, (0.5 * log_var).exp()), Normal(0.0, 1.0))
    np.testing.assert_allclose(kl(shown), expected.numpy(), rtol=1e-9, atol=1e-12)


def test_kl_by_axis_by_hand():
    got = kl_by_axis(codes([[1, 0], [3, 0]], [[0, 0], [0, np.log(4)]]))
    assert got == pytest.approx([(0.5 + 4.5) / 2, (0 + 0.5 * (4 - np.log(4) - 1)) / 2])


def test_an_axis_is_active_if_its_means_vary():
    mean = np.zeros((4, 2))
    mean[:, 0] = [-0.2, 0.2, -0.2, 0.2]  # variance 0.04
    assert active(codes(mean, np.zeros((4, 2))), 0.01).tolist() == [True, False]


def test_the_posterior_std_is_the_geometric_mean_over_the_axes():
    assert posterior_std(codes([[0, 0]], [[np.log(4), np.log(16)]])) == pytest.approx(
        np.sqrt(2 * 4)
    )


def test_codes_survive_the_file(tmp_path):
    rng = np.random.default_rng(0)
    parts = (rng.normal(size=(7, 2)).astype(np.float32) for _ in range(3))
    written = Codes(*parts, rng.integers(3, size=7))
    for name in ("a.npz", "b.npz"):
        written.save(tmp_path / name)
    read = Codes.load(tmp_path / "a.npz")
    assert all(np.array_equal(a, b) for a, b in zip(read, written, strict=True))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.mark.parametrize("way", WAYS)
def test_damaged_codes_are_told_with_the_remedy(way, tmp_path):
    path = tmp_path / "vae.npz"
    codes([[1, 0]], [[0, 0]]).save(path)
    path.write_bytes(WAYS[way](path.read_bytes()))
    assert complaint(Codes.load, path).endswith("; remove it and make it again")


def test_images_are_no_codes(tmp_path):
    LabelledImages(np.zeros((2, 3, 3), np.uint8), np.zeros(2, np.int64)).save(tmp_path / "a.npz")
    assert "whole file of Codes" in complaint(Codes.load, tmp_path / "a.npz")
