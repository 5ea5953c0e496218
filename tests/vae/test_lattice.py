"""The likelihood over a lattice: unbiased, even, in order, and its gradient that of differences."""

import math

import pytest
import torch
from scipy.stats import kstest
from torch.distributions import Bernoulli

from tests.vae.plane import by_hermite, images, untrained
from vae.lattice import log_likelihood, shifted_lattice
from vae.model import VAE


@pytest.fixture(scope="module")
def model():
    return untrained()


@pytest.fixture(scope="module")
def x():
    return images()


@torch.no_grad()
def estimates(model, x, codes, shifts):
    torch.manual_seed(0)
    return torch.stack([log_likelihood(model, x, None, codes) for _ in range(shifts)]).double()


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_every_code_is_a_draw_from_the_prior(latent_dim):
    torch.manual_seed(0)
    draws = torch.stack([shifted_lattice(7, latent_dim) for _ in range(2000)])
    for code in (0, 6):
        for axis in range(latent_dim):
            assert kstest(draws[:, code, axis], "norm").pvalue > 1e-3


@pytest.mark.parametrize("latent_dim", [1, 2, 3])
def test_the_codes_of_one_lattice_fill_the_prior_far_more_evenly_than_independent_ones(latent_dim):
    torch.manual_seed(0)
    z = shifted_lattice(512, latent_dim)
    for axis in z.T:
        assert kstest(axis, "norm").statistic < 0.01  # independent ones: about 0.04
    apart = torch.cdist(z, z).fill_diagonal_(9).amin(1).min()
    alone = torch.cdist(*[torch.randn_like(z)] * 2).fill_diagonal_(9).amin(1).min()
    assert apart > 3 * alone


def test_a_pixel_that_is_as_often_black_as_white_is_told_so():
    model = VAE((1, 1), 1, [1])
    model.decoder = torch.nn.Linear(1, 1, bias=False)  # log p(x=1) = log E[sigmoid(w z)] = −log 2
    found = log_likelihood(model, torch.tensor([[[0.0]], [[1.0]]]), None, 2000)
    torch.testing.assert_close(found, torch.full((2,), -math.log(2)), atol=1e-3, rtol=0)


def test_the_mean_over_shifts_is_the_likelihood(model, x):
    truth = by_hermite(model, x)
    ratios = (estimates(model, x, 16, 4000) - truth).exp()
    assert ratios.std() > 0.05
    assert (abs(ratios.mean(0) - 1) < 4 * ratios.std(0) / 4000**0.5).all()


def test_its_logarithm_comes_from_below_and_nearer_with_more_codes(model, x):
    truth = by_hermite(model, x).mean()
    means = [estimates(model, x, codes, 200).mean() for codes in (4, 16, 64, 256)]
    assert means == sorted(means)
    assert truth - 0.01 < means[-1] < truth + 1e-3


def test_it_spreads_less_than_with_independent_codes(model, x, monkeypatch):
    even = estimates(model, x, 64, 200).std(0)
    monkeypatch.setattr("vae.lattice.shifted_lattice", lambda n, d: torch.randn(n, d))
    assert (even < 0.3 * estimates(model, x, 64, 200).std(0)).all()


def test_images_of_a_conditional_model_are_weighed_by_their_own_class_in_order(x):
    model, y = untrained(classes=4), torch.tensor([3, 0, 3, 1, 0])
    with torch.no_grad():
        found = log_likelihood(model, x, y, 4000)
    torch.testing.assert_close(found.double(), by_hermite(model, x, y), atol=5e-3, rtol=0)


def value(model, x):
    torch.manual_seed(0)
    return log_likelihood(model, x, None, 50).mean()


def test_the_gradient_is_that_of_torch_distributions(model, x):
    def plain():
        torch.manual_seed(0)
        p = Bernoulli(logits=model.decoder(shifted_lattice(50, 2).float()), validate_args=False)
        log_p = p.log_prob(x.flatten(1)[:, None]).sum(2)
        return (log_p.logsumexp(1) - math.log(50)).mean()

    weights = list(model.decoder.parameters())
    found, expected = (torch.autograd.grad(f, weights) for f in (value(model, x), plain()))
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-3)


def test_the_gradient_is_that_of_finite_differences(model, x):
    weight = model.decoder[0].bias
    (found,) = torch.autograd.grad(value(model, x), weight)
    step = 0.05
    with torch.no_grad():
        for i in range(4):
            before = weight[i].item()
            weight[i] = before + step
            above = value(model, x)
            weight[i] = before - step
            below = value(model, x)
            weight[i] = before
            assert (above - below) / (2 * step) == pytest.approx(found[i].item(), abs=2e-3)


def test_no_gradient_reaches_the_encoder(model, x):
    assert torch.autograd.grad(
        value(model, x), list(model.encoder.parameters()), allow_unused=True
    ) == (None,) * len(list(model.encoder.parameters()))


def test_other_pixels_are_refused(x):
    with pytest.raises(ValueError, match="a lattice needs Bernoulli ones"):
        log_likelihood(VAE((4, 4), 2, [8], likelihood="gaussian"), x, None, 10)
