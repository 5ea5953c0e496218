"""Exponentials of what lies far apart, against torch's and by hand."""

import math

import torch

from vae.log_sum import exp_, log_sum_exp_


def test_a_log_sum_is_torchs_however_far_apart_its_terms_lie():
    x = 200 * torch.randn(50, 4, 30)
    torch.testing.assert_close(log_sum_exp_(x.clone()), x.logsumexp(-1), rtol=0, atol=1e-4)
    twice = torch.tensor([[-1e4, -1e4], [3.0, -1e4]])
    torch.testing.assert_close(log_sum_exp_(twice), torch.tensor([-1e4 + math.log(2), 3.0]))


def test_no_power_is_too_small_for_a_fast_product():
    """Not a mean over 256 images of it times a level of 1/255 is subnormal."""
    x = -torch.tensor([0.0, 1.0, 59.0, 100.0, 1e30, math.inf])
    found = exp_(x.clone())
    torch.testing.assert_close(found[:3], x[:3].exp())
    assert found.min() / 256 / 255 > torch.finfo().tiny
