"""Objectives against torch.distributions, quadrature, and numbers computed by hand."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from vae.model import VAE
from vae.objective import Objective, importance_bound, kl_by_axis, mmd
from vae.training import ELBO


@pytest.fixture
def model():
    torch.manual_seed(5)
    return VAE((3, 3), 2, [8])


@pytest.fixture
def x():
    return torch.rand(6, 3, 3, generator=torch.Generator().manual_seed(0)).round()


def value(objective, model, x, **options):
    torch.manual_seed(1)
    return objective(model, x, **options)


def test_kl_is_that_of_torch_distributions():
    model, x = VAE((8, 8), 5, [16]), torch.rand(7, 8, 8)
    q = model.encode(x)
    torch.testing.assert_close(kl_by_axis(q), kl_divergence(q.base_dist, Normal(0.0, 1.0)))


def test_the_elbo_sums_over_pixels_and_latents_and_averages_over_images():
    model, x = VAE((8, 8), 3, [16]), torch.rand(7, 8, 8).round()
    bound, terms = value(ELBO, model, x)
    torch.manual_seed(1)
    q = model.encode(x)
    z = q.rsample()
    expected = Bernoulli(logits=model.decoder(z)).log_prob(x.flatten(1)).sum(1)
    torch.testing.assert_close(terms.reconstruction, expected)
    assert terms.kl.shape == (7,)
    torch.testing.assert_close(bound, (expected - terms.kl).mean())


@pytest.mark.parametrize("beta", [0.0, 1.0, 4.0])
def test_beta_weighs_the_kl_alone(beta, model, x):
    bound, terms = value(Objective(beta=beta), model, x)
    torch.testing.assert_close(bound, (terms.reconstruction - beta * terms.kl).mean())


@pytest.mark.parametrize("progress, weight", [(0.0, 0.0), (0.1, 0.5), (0.2, 1.0), (0.9, 1.0)])
def test_warm_up_raises_beta_in_proportion_until_its_share_is_done(progress, weight, model, x):
    bound, terms = value(Objective(beta=3.0, warmup=0.2), model, x, progress=progress)
    torch.testing.assert_close(bound, (terms.reconstruction - 3 * weight * terms.kl).mean())


def test_free_bits_cost_what_they_would_if_every_axis_told_as_much(model, x):
    bound, terms = value(Objective(free_bits=50.0), model, x)
    assert kl_by_axis(model.encode(x)).mean(0).max() < 50
    torch.testing.assert_close(bound, terms.reconstruction.mean() - 2 * 50)


def test_an_axis_below_its_free_bits_is_not_pulled_to_the_prior(model, x):
    by_axis = kl_by_axis(model.encode(x)).mean(0).tolist()
    between = Objective(free_bits=sum(by_axis) / 2)
    bound, terms = value(between, model, x)
    cost = max(by_axis) + between.free_bits
    torch.testing.assert_close(bound, terms.reconstruction.mean() - cost)


def test_the_mmd_is_weighed_and_taken_at_the_codes(model, x):
    plain, _ = value(Objective(beta=0), model, x)
    weighed, terms = value(Objective(beta=0, mmd=10.0), model, x)
    torch.manual_seed(1)
    z = model.encode(x).rsample()
    expected = plain - 10 * mmd(z, torch.randn_like(z))
    torch.testing.assert_close(weighed, expected)
    torch.testing.assert_close(terms.reconstruction.mean(), plain)


def test_a_batch_of_one_has_no_mmd(model, x):
    one, terms = value(Objective(mmd=10.0), model, x[:1])
    torch.testing.assert_close(one, terms.elbo[0])


def test_one_importance_sample_is_an_unbiased_draw_of_the_elbo(model, x):
    many = x[:1].expand(20_000, 3, 3)
    q = model.encode(many)
    z = q.sample()
    weights = model.decode(z).log_prob(many) + Normal(0, 1).log_prob(z).sum(1) - q.log_prob(z)
    one = importance_bound(weights[None])
    elbo = ELBO(model, many)[1].elbo
    noise = ((one.var() + elbo.var()) / len(many)).sqrt()
    assert abs(one.mean() - elbo.mean()) < 4 * noise


def test_the_importance_weighted_objective_is_the_log_of_mean_weights(model, x):
    bound, terms = value(Objective(samples=5), model, x)
    torch.manual_seed(1)
    q = model.encode(x)
    z = q.rsample((5,))
    joint = model.decode(z).log_prob(x) + Normal(0.0, 1.0).log_prob(z).sum(-1)
    expected = (joint - q.log_prob(z)).exp().mean(0).log().mean()
    torch.testing.assert_close(bound, expected)
    torch.testing.assert_close(terms.reconstruction, model.decode(z).log_prob(x).mean(0))


def test_the_importance_weighted_objective_rises_with_samples(model, x):
    many = x.repeat(500, 1, 1)
    bounds = [value(Objective(samples=k), model, many)[0].item() for k in (2, 8, 64)]
    assert value(ELBO, model, many)[0].item() < bounds[0] < bounds[1] < bounds[2]


def test_mean_weights_of_known_logarithms():
    weights = torch.tensor([[1.0, 2.0], [3.0, 2.0]]).log()
    expected = torch.tensor([math.log(2.0), math.log(2.0)])
    torch.testing.assert_close(importance_bound(weights), expected)


def test_the_gradient_of_a_sample_reaches_the_encoder():
    model = VAE((8, 8), 2, [16])
    ELBO(model, torch.rand(4, 8, 8))[1].reconstruction.sum().backward()
    assert all(w.grad is not None and w.grad.abs().sum() > 0 for w in model.encoder.parameters())


def test_reconstruction_is_an_unbiased_draw_of_its_expectation():
    torch.manual_seed(0)
    model, x = VAE((3, 3), 1, [8]), torch.rand(1, 3, 3)
    draws = ELBO(model, x.expand(4000, 3, 3))[1].reconstruction
    q = model.encode(x).base_dist
    z = torch.linspace(-8, 8, 4001)[:, None] * q.scale + q.loc
    density = Normal(q.loc, q.scale).log_prob(z).exp()[:, 0]
    exact = torch.trapezoid(density * model.decode(z).log_prob(x), z[:, 0])
    assert draws.mean().item() == pytest.approx(
        exact.item(), abs=4 * draws.std().item() / 4000**0.5
    )


def test_mmd_of_two_pairs_by_hand():
    a, b = torch.tensor([[0.0], [1.0]]), torch.tensor([[0.0], [3.0]])

    def kernel(squared):
        scales = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
        return sum(2 * s / (2 * s + squared) for s in scales)

    across = (kernel(0) + kernel(9) + kernel(1) + kernel(4)) / 4
    expected = kernel(1) + kernel(9) - 2 * across
    assert mmd(a, b).item() == pytest.approx(expected, rel=1e-5)


def test_mmd_of_samples_of_one_distribution_is_zero_on_average():
    generator = torch.Generator().manual_seed(0)
    found = torch.stack(
        [mmd(*torch.randn(2, 60, 3, generator=generator)).double() for _ in range(200)]
    )
    assert abs(found.mean()) < 4 * found.std() / 200**0.5
    assert found.min() < 0  # unbiased, so it falls on both sides


def test_mmd_of_shifted_samples_grows_with_the_shift():
    a, b = torch.randn(2, 300, 3, generator=torch.Generator().manual_seed(0))
    found = [mmd(a, b + shift).item() for shift in (0.0, 0.5, 1.0, 2.0)]
    assert found == sorted(found)
    assert found[1] > 10 * abs(found[0])
