"""The discretised logistic against its sum over all levels, scipy's logistic and its own draws."""

import numpy as np
import pytest
import torch
from scipy.stats import chisquare, logistic

from vae.model.discretised import DiscretisedLogistic
from vae.model.likelihood import LIKELIHOODS

LEVELS = torch.arange(256, dtype=torch.float64)[:, None] / 255
NARROWEST = np.log(1 / 1020)
LOC = torch.tensor([-40.0, -0.2, 0.0, 0.001, 0.3, 0.5, 0.7777, 0.998, 1.0, 1.5, 40.0])
LOG_SCALE = torch.tensor([-9.0, NARROWEST, -5.0, -2.0, 0.0, 3.0, 12.0])


def everywhere(dtype=torch.float64):
    """Every mean with every scale, from far below black to far above white."""
    loc, log_scale = torch.cartesian_prod(LOC.to(dtype), LOG_SCALE.to(dtype)).unbind(-1)
    return DiscretisedLogistic(loc, log_scale)


@pytest.mark.parametrize(("dtype", "error"), [(torch.float64, 1e-9), (torch.float32, 1e-4)])
def test_the_256_levels_have_a_probability_of_one_together(dtype, error):
    total = everywhere(dtype).log_prob(LEVELS.to(dtype)).logsumexp(0)
    torch.testing.assert_close(total, torch.zeros_like(total), atol=error, rtol=0)


def test_a_level_has_the_probability_of_its_bin_under_scipys_logistic():
    p = DiscretisedLogistic(*torch.tensor([0.3, -3.0], dtype=torch.float64))
    cdf = logistic(0.3, np.exp(-3)).cdf((np.arange(1, 256) - 0.5) / 255)
    expected = np.diff(cdf, prepend=0, append=1)
    np.testing.assert_allclose(p.log_prob(LEVELS[:, 0]).exp(), expected, rtol=1e-8)


def test_a_level_far_in_the_tail_loses_no_digits():
    single = everywhere(torch.float32).log_prob(LEVELS.float())
    double = everywhere().log_prob(LEVELS)
    assert double.min() < -1e4  # where σ(a) − σ(b) is 0 in any precision
    torch.testing.assert_close(single.double(), double, rtol=1e-4, atol=1e-4)


def test_the_gradient_is_that_of_finite_differences():
    loc = torch.tensor([-0.5, 0.2, 0.5, 1.2], dtype=torch.float64, requires_grad=True)
    log_scale = torch.tensor([-5.0, -2.0, 0.0, 2.0], dtype=torch.float64, requires_grad=True)
    levels = torch.tensor([[0.0], [1 / 255], [0.6], [1.0]], dtype=torch.float64)
    assert torch.autograd.gradcheck(
        lambda *parts: DiscretisedLogistic(*parts).log_prob(levels), (loc, log_scale)
    )


def test_the_gradient_in_single_precision_is_finite_and_that_in_double():
    found = []
    for dtype in (torch.float32, torch.float64):
        p = everywhere(dtype)
        p.loc.requires_grad_(), p.log_scale.requires_grad_()
        p.log_prob(LEVELS.to(dtype)).sum().backward()
        in_scales = p.loc.grad * p.log_scale.exp()
        found.append(torch.stack([in_scales, p.log_scale.grad]).double().detach())
    torch.testing.assert_close(*found, rtol=1e-3, atol=1e-3)


def test_draws_fall_on_levels_as_often_as_their_probability_says():
    torch.manual_seed(0)
    for loc, log_scale in ((0.02, -3.5), (0.6, -4.0), (0.5, NARROWEST), (0.97, -1.0)):
        p = DiscretisedLogistic(torch.tensor(loc), torch.tensor(log_scale))
        levels = 255 * p.sample((20_000,)).double()
        assert (levels - levels.round()).abs().max() < 1e-4
        seen = np.bincount(levels.round().int().numpy(), minlength=256)
        expected = 20_000 * p.log_prob(LEVELS[:, 0].float()).exp().double().numpy()
        common = expected > 5
        rest = seen[~common].sum(), max(expected[~common].sum(), 1e-9)
        observed = np.append(seen[common], rest[0])
        of = np.append(expected[common], rest[1])
        if rest[1] < 5:
            observed, of = observed[:-1], of[:-1]
        assert chisquare(observed, of * observed.sum() / of.sum()).pvalue > 1e-3


def test_the_mean_is_that_of_all_levels_to_a_tenth_of_a_level():
    p = everywhere()
    wide_enough = p.log_scale >= NARROWEST
    expected = (p.log_prob(LEVELS).exp() * LEVELS).sum(0)
    error = 255 * (p.mean - expected).abs()[wide_enough]
    assert 0 < error.max() < 0.1


def test_a_decoder_can_be_sure_of_black_and_of_white():
    outputs = torch.tensor([[-30.0, 0.0], [30.0, 0.0]])
    p = LIKELIHOODS["discretised-logistic"].distribution(outputs, 1)
    assert p.log_prob(torch.tensor([0.0, 1.0])).item() == pytest.approx(0, abs=1e-6)
    torch.testing.assert_close(p.mean, torch.tensor([0.0, 1.0]))


def test_a_decoder_that_says_nothing_has_the_mean_and_deviation_of_an_even_spread():
    p = LIKELIHOODS["discretised-logistic"].distribution(torch.zeros(1, 2), 1).base_dist
    assert p.loc.item() == 0.5
    of_a_logistic = p.log_scale.exp().item() * np.pi / np.sqrt(3)
    assert of_a_logistic == pytest.approx(1 / np.sqrt(12), rel=0.01)


def test_no_scale_is_below_a_quarter_of_a_level():
    p = LIKELIHOODS["discretised-logistic"].distribution(torch.tensor([[0.0, -500.0]]), 1)
    assert p.base_dist.log_scale.exp().item() == pytest.approx(1 / 1020)
