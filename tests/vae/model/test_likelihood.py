"""Observation models against torch.distributions, quadrature and torch's own cross-entropy."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import entropy as scipy_entropy
from scipy.stats import kstest
from torch.distributions import Bernoulli
from torch.distributions import ContinuousBernoulli as TorchsContinuousBernoulli
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from pages.report.numbers import SCALES
from pipeline import model_params
from vae.model.likelihood import (
    LIKELIHOODS,
    ContinuousBernoulli,
    PixelBernoulli,
    _BernoulliLogProb,
    entropy,
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


def test_every_image_is_held_against_every_code():
    logits, x, extra = torch.randn(7, 4, 5), torch.rand(3, 4, 5), torch.randn(7)
    p = PixelBernoulli(logits, 2)
    expected = torch.stack([p.log_prob(image) for image in x]) + extra
    torch.testing.assert_close(p.log_prob_each(x, extra), expected)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(p.log_prob_each(x, extra), expected)


def test_likelihoods_of_all_binary_images_sum_to_one():
    images = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 6).reshape(-1, 2, 3)
    p = PixelBernoulli(torch.randn(1, 2, 3), 2)
    total = sum(p.log_prob(x[None]).exp().item() for x in images)
    assert total == pytest.approx(1, abs=1e-6)


def test_entropy_floor_is_scipys_entropy_in_nats():
    x = torch.rand(3, 4, 4, dtype=torch.float64)
    pixels = torch.stack([x, 1 - x]).flatten(2).numpy()
    assert entropy(x).mean().item() == pytest.approx(scipy_entropy(pixels, axis=0).sum(1).mean())


def test_no_reconstruction_is_better_than_the_entropy_floor():
    x = torch.rand(50, 6, 6)
    perfect = PixelBernoulli(torch.logit(x), 2).log_prob(x).mean()
    assert -perfect.item() == pytest.approx(entropy(x).mean().item(), abs=1e-4)


def test_entropy_floor_of_binary_images_is_zero():
    assert entropy(torch.eye(8)[None]) == 0


def test_the_schema_and_the_report_name_every_likelihood():
    assert set(model_params.Likelihood.__args__) == set(LIKELIHOODS) == set(SCALES)


LOGITS = [-600.0, -30.0, -2.0, -0.06, -0.04, 0.0, 1e-3, 0.05, 5.0, 40.0, 600.0]


def unit_line(n=200_001):
    """Places in [0, 1], dense at both ends, and their weights for the trapezoid rule."""
    x = (1 - torch.cos(torch.linspace(0, math.pi, n, dtype=torch.float64))) / 2
    return x


@pytest.mark.parametrize("logit", LOGITS)
def test_a_continuous_bernoulli_integrates_to_one_and_has_its_mean(logit):
    p, x = ContinuousBernoulli(torch.tensor(logit, dtype=torch.float64)), unit_line()
    density = p.log_prob(x).exp()
    assert torch.trapezoid(density, x).item() == pytest.approx(1, abs=1e-5)
    assert p.mean.item() == pytest.approx(torch.trapezoid(density * x, x).item(), abs=1e-5)


@pytest.mark.parametrize("logit", LOGITS)
def test_draws_of_a_continuous_bernoulli_follow_its_distribution(logit):
    torch.manual_seed(0)
    p = ContinuousBernoulli(torch.full((20_000,), logit, dtype=torch.float64))
    x, line = p.sample(), unit_line()
    assert ((x >= 0) & (x <= 1)).all()
    density = ContinuousBernoulli(torch.tensor(logit, dtype=torch.float64)).log_prob(line).exp()
    below = torch.cumulative_trapezoid(density, line)
    found = kstest(x.numpy(), lambda v: np.interp(v, line[1:], below))
    assert found.pvalue > 1e-3


def test_a_continuous_bernoulli_is_that_of_torch_where_torch_has_it():
    logits, x = torch.linspace(-10, 10, 41), torch.rand(41)
    theirs = TorchsContinuousBernoulli(logits=logits)
    torch.testing.assert_close(
        ContinuousBernoulli(logits).log_prob(x), theirs.log_prob(x), atol=1e-4, rtol=1e-4
    )
    torch.testing.assert_close(ContinuousBernoulli(logits).mean, theirs.mean, atol=1e-4, rtol=1e-4)


def test_the_gradient_of_a_continuous_bernoulli_is_finite_everywhere():
    logits = torch.tensor([-600.0, -1e-6, 0.0, 1e-6, 0.05, 600.0], requires_grad=True)
    ContinuousBernoulli(logits).log_prob(torch.rand(6)).sum().backward()
    assert logits.grad.isfinite().all()


def test_a_gaussian_has_a_mean_in_the_unit_interval_and_a_sigma_of_a_grey_level_at_least():
    outputs = torch.tensor([[-50.0, -80.0], [0.0, 0.0], [50.0, 3.0]])
    p = LIKELIHOODS["gaussian"].distribution(outputs, 1)
    torch.testing.assert_close(p.mean, torch.tensor([0.0, 0.5, 1.0]))
    assert (p.base_dist.scale >= 1 / 256).all()
    assert p.base_dist.scale[0].item() == pytest.approx(1 / 256)


def test_a_gaussian_integrates_to_one():
    p = LIKELIHOODS["gaussian"].distribution(torch.tensor([[0.3, -1.0]]), 1)
    x = torch.linspace(-6, 7, 100_001)
    density = p.log_prob(x[:, None]).exp()
    assert torch.trapezoid(density, x).item() == pytest.approx(1, abs=1e-4)


LEVELS = torch.arange(256, dtype=torch.uint8).expand(4000, 256)


@pytest.mark.parametrize("name", ["dynamic-bernoulli", "static-bernoulli"])
def test_binarised_pixels_are_one_as_often_as_their_grey_says(name):
    torch.manual_seed(0)
    likelihood = LIKELIHOODS[name]
    x = likelihood.observe(likelihood.prepare(LEVELS))
    assert set(x.unique().tolist()) == {0, 1}
    grey = LEVELS[0].float() / 255
    noise = (grey * (1 - grey) / len(LEVELS)).sqrt()
    assert ((x.mean(0) - grey).abs() <= 5 * noise).all()  # 0 and 255 exactly


def test_static_pixels_are_the_same_however_many_are_drawn_at_once(monkeypatch):
    prepare, images = LIKELIHOODS["static-bernoulli"].prepare, LEVELS[:50, :17]
    at_once = prepare(images)
    monkeypatch.setattr("vae.model.likelihood._BINARISED_AT_ONCE", 7)
    assert torch.equal(prepare(images), at_once)


def test_dynamic_pixels_differ_each_time_and_static_ones_never():
    for name, same in (("dynamic-bernoulli", False), ("static-bernoulli", True)):
        likelihood = LIKELIHOODS[name]
        images = LEVELS[:50]
        first, second = (likelihood.observe(likelihood.prepare(images)) for _ in range(2))
        assert torch.equal(first, second) == same, name


@pytest.mark.parametrize("name", ["continuous-bernoulli", "gaussian"])
def test_densities_see_every_grey_level_as_even_noise_in_its_own_bin(name):
    torch.manual_seed(0)
    x = LIKELIHOODS[name].observe(LEVELS)
    noise = x * 256 - LEVELS
    assert ((noise >= -1e-3) & (noise <= 1 + 1e-3)).all()
    assert kstest(noise.flatten()[::97].numpy(), "uniform").pvalue > 1e-3


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_means_and_draws_have_the_shape_of_images_and_lie_where_pixels_do(name):
    likelihood = LIKELIHOODS[name]
    outputs = torch.randn(3, 2, 4, 5, likelihood.outputs)
    p = likelihood.distribution(outputs, 2)
    assert (p.batch_shape, p.event_shape) == ((3, 2), (4, 5))
    assert p.log_prob(torch.rand(2, 4, 5)).shape == (3, 2)
    assert p.sample().shape == (3, 2, 4, 5)
    assert ((p.mean >= 0) & (p.mean <= 1)).all()
