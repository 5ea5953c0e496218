"""Likelihoods by quadrature: against another rule, samples, and gaps that are known by hand."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from torch.distributions import Independent, Normal

from vae.evaluation import importance
from vae.model import VAE
from vae.model.likelihood import PixelBernoulli
from vae.objective import kl_standard_normal
from vae.quadrature import gaps, log_likelihood, points

GRID = {"n": 141, "limit": 7.0}


def untrained(**settings):
    """A 2-D model with posteriors that are plainly not the true ones, smooth as rules like it."""
    torch.manual_seed(3)
    model = VAE((4, 4), 2, [16], "tanh", **settings).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(2)
    return model


def with_posterior(model, mean, sigma):
    """The model, its encoder replaced: one q for all images."""
    model.encode = lambda x, y=None: Independent(
        Normal(torch.tensor([mean]).expand(len(x), 2), torch.tensor([sigma]).expand(len(x), 2)), 1
    )
    return model


@pytest.fixture(scope="module")
def model():
    return untrained()


@pytest.fixture(scope="module")
def x():
    return torch.rand(5, 4, 4, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def deaf():
    """A model whose decoder ignores z, and its one answer."""
    logits = torch.randn(4, 4, generator=torch.Generator().manual_seed(1))
    model = with_posterior(untrained(), [0.5, -1.0], [0.8, 0.4])
    model.decode = lambda z, y=None: PixelBernoulli(logits.expand(*z.shape[:-1], 4, 4), 2)
    return model, PixelBernoulli(logits, 2)


@torch.no_grad()
def by_hermite(model, x, y=None):
    """log p(x) as the mean of p(x | z) under the prior, by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(100)
    z = torch.cartesian_prod(*[torch.tensor(nodes, dtype=torch.float32)] * 2)
    share = torch.tensor(np.outer(weights, weights).ravel() / weights.sum() ** 2).log()
    rows = []
    for i, image in enumerate(x):
        label = None if y is None else y[i : i + 1].expand(len(z))
        rows.append(torch.logsumexp(model.decode(z, label).log_prob(image).double() + share, 0))
    return torch.stack(rows)


def test_a_decoder_that_ignores_z_gives_its_own_likelihood(deaf, x):
    model, answer = deaf
    expected = torch.stack([answer.log_prob(image) for image in x]).double()
    torch.testing.assert_close(log_likelihood(model, x, None, **GRID), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("pixels", ["grey", "binary"])
def test_the_grid_agrees_with_gauss_hermite_quadrature(model, x, pixels):
    x = x if pixels == "grey" else x.round()
    exact = log_likelihood(model, x, None, **GRID)
    torch.testing.assert_close(exact, by_hermite(model, x), atol=1e-3, rtol=0)


def test_images_of_a_conditional_model_are_weighed_by_their_own_class_in_order(x):
    model, y = untrained(classes=4), torch.tensor([3, 0, 3, 1, 0])
    expected = by_hermite(model, x, y)
    assert np.ptp(by_hermite(model, x[:1].repeat(4, 1, 1), torch.arange(4)).numpy()) > 0.1
    exact = log_likelihood(model, x, y, **GRID)
    torch.testing.assert_close(exact, expected, atol=1e-3, rtol=0)
    torch.testing.assert_close(gaps(model, x, y, **GRID).log_likelihood, exact)


def test_the_likelihood_agrees_with_many_importance_samples(model, x):
    estimate = importance(model, x, None, samples=20_000, seed=0).log_likelihood
    exact = log_likelihood(model, x, None, **GRID)
    torch.testing.assert_close(exact, estimate.double(), atol=0.02, rtol=0)


def test_memory_does_not_grow_with_the_grid(x):
    model, decoded = untrained(), []
    original = model.decode
    model.decode = lambda z, y=None: decoded.append(z.shape[:-1].numel()) or original(z, y)
    log_likelihood(model, x, None, **GRID)
    assert max(decoded) <= 4096
    assert sum(decoded) == GRID["n"] ** 2


def test_the_elbo_is_that_of_many_samples(model, x):
    bounds = importance(model, x, None, samples=20_000, seed=0)
    elbo = (bounds.reconstruction - bounds.kl).double()
    torch.testing.assert_close(gaps(model, x, None, **GRID).elbo, elbo, atol=0.05, rtol=0)


def test_bounds_stand_in_their_order(model, x):
    found = gaps(model, x, None, **GRID)
    assert (found.amortisation > 0).all()
    assert (found.approximation > 0).all()
    total = found.log_likelihood - found.elbo
    torch.testing.assert_close(found.amortisation + found.approximation, total)


def test_where_the_decoder_ignores_z_the_prior_is_best_and_the_gap_is_the_kl(deaf, x):
    found = gaps(deaf[0], x, None, **GRID)
    kl = kl_standard_normal(torch.tensor([0.5, -1.0]), 2 * torch.tensor([0.8, 0.4]).log()).sum()
    torch.testing.assert_close(found.approximation, torch.zeros(5).double(), atol=1e-3, rtol=0)
    torch.testing.assert_close(found.amortisation, kl.double().expand(5), atol=1e-3, rtol=0)


def test_the_best_gaussian_is_the_one_that_a_search_without_gradients_finds(model, x):
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    along = torch.cartesian_prod(*[torch.tensor(nodes, dtype=torch.float32)] * 2)
    share = torch.tensor(np.outer(weights, weights).ravel() / weights.sum() ** 2)

    def loss(numbers):
        mean, log_sigma = torch.tensor(numbers, dtype=torch.float32).split(2)
        with torch.no_grad():
            log_p = model.decode(mean + log_sigma.exp() * along).log_prob(x[0]).double()
        return float(kl_standard_normal(mean, 2 * log_sigma).sum() - share @ log_p)

    expected = -minimize(loss, np.zeros(4), method="Nelder-Mead").fun
    assert gaps(model, x[:1], None, **GRID).best_elbo.item() == pytest.approx(expected, abs=2e-3)


def test_a_misled_encoder_costs_amortisation_alone(model, x):
    expected = gaps(model, x, None, **GRID)
    found = gaps(with_posterior(untrained(), [3.0, 3.0], [0.2, 0.2]), x, None, **GRID)
    torch.testing.assert_close(found.best_elbo, expected.best_elbo, atol=2e-3, rtol=0)
    assert (found.amortisation > expected.amortisation + 1).all()


def test_gradients_of_the_search_leave_the_model_alone(x):
    model = untrained()
    gaps(model, x, None, **GRID)
    assert all(weights.grad is None for weights in model.parameters())


def test_a_grid_as_fine_as_asked_for_is_taken_and_a_coarser_one_refused(x):
    model = with_posterior(untrained(), [0.0, 0.0], [0.3, 1.0])
    n = points(0.3, 5.0)
    gaps(model, x[:1], None, n, 5.0)
    with pytest.raises(ValueError, match=f"σ = 0.3 needs n ≥ {n}"):
        gaps(model, x[:1], None, n - 1, 5.0)


def test_a_posterior_beyond_the_edge_is_refused(x):
    model = with_posterior(untrained(), [4.0, 0.0], [0.5, 0.5])
    with pytest.raises(ValueError, match=r"limit is 5: .* 5\.5"):
        gaps(model, x, None, 101, 5.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"latent_dim": 3}, "3 latent axes"), ({"likelihood": "gaussian"}, "needs Bernoulli")],
)
def test_other_kinds_of_model_are_refused(x, settings, message):
    model = VAE((4, 4), **{"latent_dim": 2, "hidden": [8]} | settings)
    with pytest.raises(ValueError, match=message):
        log_likelihood(model, x, None, **GRID)
