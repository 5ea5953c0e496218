"""Observation models against torch.distributions and torch's own cross-entropy."""

import pytest
import torch
from scipy.stats import entropy
from torch.distributions import Bernoulli
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from vae.likelihood import (
    PixelBernoulli,
    _BernoulliLogProb,
    entropy_floor,
    softplus_sum,
)


@pytest.mark.parametrize("pixels", [1, 63, 64, 65, 784])
def test_softplus_sum_equals_torch(pixels):
    logits = 20 * torch.randn(5, 3, pixels, dtype=torch.float64)
    torch.testing.assert_close(softplus_sum(logits), softplus(logits).sum(-1))


def test_softplus_sum_survives_extreme_logits():
    logits = torch.tensor([[1e4] * 100, [-1e4] * 100, [0.0] * 100])
    expected = torch.tensor([1e6, 0.0, 69.314718])
    torch.testing.assert_close(softplus_sum(logits), expected)


def test_log_prob_of_binary_pixels_is_the_bernoulli_log_likelihood():
    logits, x = torch.randn(4, 8, 8), torch.rand(4, 8, 8).round()
    expected = Bernoulli(logits=logits).log_prob(x).sum((1, 2))
    torch.testing.assert_close(PixelBernoulli(logits, 2).log_prob(x), expected)


def test_log_prob_of_grey_pixels_is_the_summed_cross_entropy():
    logits, x = torch.randn(4, 9, 5), torch.rand(4, 9, 5)
    expected = -binary_cross_entropy_with_logits(logits, x, reduction="none").sum((1, 2))
    torch.testing.assert_close(PixelBernoulli(logits, 2).log_prob(x), expected)


def test_gradient_is_that_of_finite_differences():
    logits = torch.randn(2, 3, 70, dtype=torch.float64, requires_grad=True)
    x = torch.rand(3, 70, dtype=torch.float64).expand(2, 3, 70)
    assert torch.autograd.gradcheck(lambda raw: _BernoulliLogProb.apply(raw, x), logits)


def test_likelihoods_of_all_binary_images_sum_to_one():
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 6).reshape(-1, 2, 3)
    p = PixelBernoulli(torch.randn(1, 2, 3), 2)
    total = sum(p.log_prob(x[None]).exp().item() for x in images)
    assert total == pytest.approx(1, abs=1e-6)


def test_entropy_floor_is_scipys_entropy_in_nats():
    x = torch.rand(3, 4, 4, dtype=torch.float64)
    pixels = torch.stack([x, 1 - x]).flatten(2).numpy()
    assert entropy_floor(x) == pytest.approx(entropy(pixels, axis=0).sum(1).mean())


def test_no_reconstruction_is_better_than_the_entropy_floor():
    x = torch.rand(50, 6, 6)
    perfect = PixelBernoulli(torch.logit(x), 2).log_prob(x).mean()
    assert -perfect.item() == pytest.approx(entropy_floor(x), abs=1e-4)


def test_entropy_floor_of_binary_images_is_zero():
    assert entropy_floor(torch.eye(8)[None]) == 0
