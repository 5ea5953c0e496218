"""The likelihood over a lattice: unbiased, even, in order, and its gradient that of differences."""

import math

import pytest
import torch
from scipy.stats import kstest
from torch.distributions import Bernoulli, Categorical, kl_divergence

from tests.vae.plane import by_hermite, images, untrained
from vae.lattice import Lattice, mean, objective, shifted_lattice
from vae.model import VAE
from vae.objective import Objective
from vae.training import ELBO


@pytest.fixture(scope="module")
def model():
    return untrained()


@pytest.fixture(scope="module")
def x():
    return images()


@torch.no_grad()
def estimates(model, x, codes, shifts):
    torch.manual_seed(0)
    return torch.stack([mean(model, x, None, codes).log_likelihood for _ in range(shifts)]).double()


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
    found = mean(model, torch.tensor([[[0.0]], [[1.0]]]), None, 2000)
    torch.testing.assert_close(
        found.log_likelihood, torch.full((2,), -math.log(2)), atol=1e-3, rtol=0
    )


def test_the_mean_over_shifts_is_the_likelihood(model, x):
    truth = by_hermite(model, x)
    ratios = (estimates(model, x, 16, 400) - truth).exp()
    assert ratios.std() > 0.05
    assert (abs(ratios.mean(0) - 1) < 4 * ratios.std(0) / 400**0.5).all()


def test_its_logarithm_comes_from_below_and_nearer_with_more_codes(model, x):
    truth = by_hermite(model, x).mean()
    means = [estimates(model, x, codes, 100).mean() for codes in (4, 16, 64, 256)]
    assert means == sorted(means)
    assert truth - 0.01 < means[-1] < truth + 1e-3


def test_it_spreads_less_than_with_independent_codes(model, x, monkeypatch):
    even = estimates(model, x, 64, 100).std(0)
    monkeypatch.setattr("vae.lattice.shifted_lattice", lambda n, d: torch.randn(n, d))
    assert (even < 0.3 * estimates(model, x, 64, 100).std(0)).all()


def test_images_of_a_conditional_model_are_weighed_by_their_own_class_in_order(x):
    model, y = untrained(classes=4), torch.tensor([3, 0, 3, 1, 0])
    with torch.no_grad():
        found = mean(model, x, y, 4000).log_likelihood
    torch.testing.assert_close(found.double(), by_hermite(model, x, y), atol=5e-3, rtol=0)


@torch.no_grad()
def test_under_the_posterior_over_the_codes_the_bound_is_tight(model, x):
    torch.manual_seed(0)
    found = mean(model, x, None, 50)
    torch.manual_seed(0)
    logits = model.decoder(shifted_lattice(50, 2).float())
    log_p = Bernoulli(logits=logits, validate_args=False).log_prob(x.flatten(1)[:, None]).sum(2)
    posterior = Categorical(logits=log_p)
    prior = Categorical(logits=torch.zeros(len(x), 50))
    torch.testing.assert_close(found.reconstruction, (posterior.probs * log_p).sum(1))
    kl = found.reconstruction - found.log_likelihood
    torch.testing.assert_close(kl, kl_divergence(posterior, prior), atol=1e-5, rtol=1e-4)


def value(model, x):
    torch.manual_seed(0)
    return mean(model, x, None, 50).log_likelihood.mean()


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
        mean(VAE((4, 4), 2, [8], likelihood="gaussian"), x, None, 10)


@pytest.mark.parametrize("classes", [0, 4])
def test_the_likelihood_trains_the_decoder_and_the_bound_of_a_share_the_encoder(classes, x):
    model, y = untrained(classes=classes), torch.arange(5) % 4 if classes else None
    torch.manual_seed(1)
    found, terms = Lattice(30)(model, x, y)
    torch.manual_seed(1)
    likelihood = mean(model, x, y, 30).log_likelihood
    bound, _ = ELBO(model, x[:2], None if y is None else y[:2])
    torch.testing.assert_close(found, likelihood.mean() + bound)
    torch.testing.assert_close(terms.elbo, likelihood.detach())
    for network, alone in ((model.decoder, likelihood.mean()), (model.encoder, bound)):
        weights = list(network.parameters())
        torch.testing.assert_close(
            torch.autograd.grad(found, weights, retain_graph=True),
            torch.autograd.grad(alone, weights, retain_graph=True),
        )
    assert all(weight.requires_grad for weight in model.parameters())


@torch.no_grad()
@pytest.mark.parametrize("progress, codes", [(0.0, 50), (0.25, 100), (1.0, 800)])
def test_a_lattice_grows_by_equal_factors_to_sixteen_times_its_codes(progress, codes, model, x):
    torch.manual_seed(1)
    _, terms = Lattice(800)(model, x, progress=progress)
    torch.manual_seed(1)
    torch.testing.assert_close(terms.elbo, mean(model, x, None, codes).log_likelihood)


def test_the_parameters_choose_the_objective():
    weights = {"beta": 2.0, "warmup": 0.0, "free_bits": 0.0, "mmd": 0.0, "samples": 1}
    assert objective(lattice=0, **weights) == Objective(beta=2.0)
    assert objective(lattice=9, **weights) == Lattice(9)
