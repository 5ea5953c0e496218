"""The bound against torch.distributions, and against numbers computed by hand."""

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.model import VAE
from vae.objective import Terms, kl, terms


def test_kl_is_that_of_torch_distributions():
    model, x = VAE((8, 8), 5, [16]), torch.rand(7, 8, 8)
    q = model.encode(x)
    expected = kl_divergence(q.base_dist, Normal(0.0, 1.0)).sum(-1)
    torch.testing.assert_close(kl(q), expected)


def test_the_bound_sums_over_pixels_and_latents_and_averages_over_nothing():
    model, x = VAE((8, 8), 3, [16]), torch.rand(7, 8, 8).round()
    torch.manual_seed(1)
    got = terms(model, x)
    torch.manual_seed(1)
    q = model.encode(x)
    z = q.rsample()
    expected = Bernoulli(logits=model.decoder(z)).log_prob(x.flatten(1)).sum(1)
    torch.testing.assert_close(got.reconstruction, expected)
    assert got.kl.shape == (7,)


def test_beta_weighs_the_kl_alone():
    part = Terms(torch.tensor([-3.0]), torch.tensor([2.0]))
    assert [part.elbo(beta).item() for beta in (0, 1, 4)] == [-3.0, -5.0, -11.0]


def test_the_gradient_of_a_sample_reaches_the_encoder():
    model = VAE((8, 8), 2, [16])
    terms(model, torch.rand(4, 8, 8)).reconstruction.sum().backward()
    assert all(w.grad is not None and w.grad.abs().sum() > 0 for w in model.encoder.parameters())


def test_reconstruction_is_an_unbiased_draw_of_its_expectation():
    torch.manual_seed(0)
    model, x = VAE((3, 3), 1, [8]), torch.rand(1, 3, 3)
    draws = terms(model, x.expand(4000, 3, 3)).reconstruction
    q = model.encode(x).base_dist
    z = torch.linspace(-8, 8, 4001)[:, None] * q.scale + q.loc
    density = Normal(q.loc, q.scale).log_prob(z).exp()[:, 0]
    exact = torch.trapezoid(density * model.decode(z).log_prob(x), z[:, 0])
    assert draws.mean().item() == pytest.approx(
        exact.item(), abs=4 * draws.std().item() / 4000**0.5
    )
