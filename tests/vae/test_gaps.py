"""Gaps of the ELBO: known by hand, found by another search, and in their order."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from tests.vae.plane import GRID, deaf, images, untrained, with_posterior
from vae.evaluation import importance
from vae.gaps import gaps, points
from vae.objective import kl_standard_normal
from vae.quadrature import log_likelihood


@pytest.fixture(scope="module")
def model():
    return untrained()


@pytest.fixture(scope="module")
def x():
    return images()


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


def test_where_the_decoder_ignores_z_the_prior_is_best_and_the_gap_is_the_kl(x):
    found = gaps(deaf()[0], x, None, **GRID)
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


def test_images_of_a_conditional_model_are_weighed_by_their_own_class_in_order(x):
    model, y = untrained(classes=4), torch.tensor([3, 0, 3, 1, 0])
    exact = log_likelihood(model, x, y, **GRID)
    torch.testing.assert_close(gaps(model, x, y, **GRID).log_likelihood, exact)
