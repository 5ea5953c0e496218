"""Likelihoods by quadrature: against other rules and samples, and an error that is honest."""

import math

import numpy as np
import pytest
import torch

from tests.vae.plane import (
    GRID,
    by_every_code,
    by_hermite,
    deaf,
    images,
    narrow,
    untrained,
    with_posterior,
)
from vae.evaluation import importance
from vae.gaps import gaps
from vae.model import VAE
from vae.quadrature import _error, exact, fits, log_likelihood

FINE = GRID | {"tolerance": 1e-3}


@pytest.fixture(scope="module")
def model():
    return untrained()


@pytest.fixture(scope="module")
def x():
    return images()


@pytest.fixture(scope="module")
def sharp():
    """A model of narrow posteriors, its images, and their log p(x) by a sum over every code."""
    model, x = narrow()
    return model, x, by_every_code(model, x, 1401, 7.0)


def test_a_decoder_that_ignores_z_gives_its_own_likelihood(x):
    model, answer = deaf()
    expected = torch.stack([answer.log_prob(image) for image in x]).double()
    torch.testing.assert_close(log_likelihood(model, x, None, **GRID), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("pixels", ["grey", "binary"])
def test_the_grid_agrees_with_gauss_hermite_quadrature(model, x, pixels):
    x = x if pixels == "grey" else x.round()
    found = log_likelihood(model, x, None, **GRID)
    torch.testing.assert_close(found, by_hermite(model, x), atol=1e-3, rtol=0)


def test_images_of_a_conditional_model_are_weighed_by_their_own_class_in_order(x):
    model, y = untrained(classes=4), torch.tensor([3, 0, 3, 1, 0])
    expected = by_hermite(model, x, y)
    assert np.ptp(by_hermite(model, x[:1].repeat(4, 1, 1), torch.arange(4)).numpy()) > 0.1
    for found in (log_likelihood(model, x, y, **GRID), exact(model, x, y, **FINE).log_likelihood):
        torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)


def test_narrow_posteriors_are_found_and_summed_as_if_every_code_were_visited(sharp):
    model, x, expected = sharp
    found = log_likelihood(model, x, None, 700, 7.0)
    torch.testing.assert_close(found, expected, atol=2e-3, rtol=0)


def test_a_coarse_grid_says_how_far_it_is_off(sharp):
    model, x, truth = sharp
    for n in (70, 105, 140, 210):
        coarse = exact(model, x, None, n, 7.0, tolerance=100.0)
        off = (coarse.log_likelihood - truth).abs().mean().item()
        assert off < coarse.mean_error + 2e-3  # which the finest sum is off by, in float32
    assert 1e-2 < exact(model, x, None, 70, 7.0, tolerance=100.0).mean_error < 10


def of_gaussian(*width):
    """Parts of a grid of step 1 that a Gaussian is summed over, whose whole is 1, and the error."""
    codes = torch.arange(64.0, dtype=torch.float64)
    for middle in torch.rand(30, 2, generator=torch.Generator().manual_seed(0)).double() + 31:
        along = torch.distributions.Normal(middle, torch.tensor(width)).log_prob(codes[:, None])
        grid = along[:, None, 0] + along[:, 1]
        parts = grid.unflatten(0, (16, 4)).unflatten(2, (16, 4)).logsumexp((0, 2))
        yield parts[None] + 2 * math.log(4), abs(grid.logsumexp((0, 1)))


@pytest.mark.parametrize("width", [(0.5, 6.0), (6.0, 0.55), (0.6, 0.6), (0.8, 0.5)])
def test_the_error_of_a_gaussian_is_less_than_is_told_wherever_it_lies(width):
    for parts, error in of_gaussian(*width):
        assert error < _error(parts) < 0.4


@pytest.mark.parametrize("width", [(0.45, 6.0), (6.0, 0.2), (0.3, 0.3)])
def test_a_grid_too_coarse_for_a_gaussian_is_noticed_wherever_it_lies(width):
    assert max(error for _, error in of_gaussian(*width)) > 0.03
    assert all(_error(parts) > 0.02 for parts, _ in of_gaussian(*width))


def test_steps_are_halved_where_the_tolerance_asks_for_it(sharp):
    model, x, truth = sharp
    found = exact(model, x, None, 70, 7.0, tolerance=0.01)
    assert found.error.max() <= 0.01
    assert abs((found.log_likelihood - truth).mean()) < 0.005


def test_a_posterior_that_reaches_the_edge_is_told(model, x):
    whole, cut = (exact(model, x, None, 141, limit, 0.01) for limit in (7.0, 1.0))
    assert not whole.at_edge.any()
    assert cut.at_edge.all()
    assert (cut.log_likelihood < whole.log_likelihood).all()


def test_the_likelihood_agrees_with_many_importance_samples(model, x):
    estimate = importance(model, x, None, samples=20_000, seed=0)
    found = exact(model, x, None, **FINE)
    torch.testing.assert_close(found.log_likelihood, estimate.log_likelihood, atol=0.02, rtol=0)
    torch.testing.assert_close(found.reconstruction, estimate.reconstruction, atol=0.05, rtol=0)
    torch.testing.assert_close(found.kl, estimate.kl, atol=1e-4, rtol=0)


def test_the_truth_is_above_the_elbo_and_above_every_bound_by_samples(x):
    model = with_posterior(untrained(), [1.5, -1.0], [0.3, 0.2])
    found, bound = exact(model, x, None, **FINE), importance(model, x, None, 100, 0)
    assert (found.log_likelihood > found.reconstruction - found.kl).all()
    assert (found.log_likelihood > bound.log_likelihood - 4 * bound.error).all()


def test_the_elbo_is_that_of_finer_quadrature(x):
    model = with_posterior(untrained(), [1.5, -1.0], [0.3, 0.2])
    found = exact(model, x, None, **FINE)
    expected = gaps(model, x, None, **GRID).elbo
    torch.testing.assert_close(found.reconstruction - found.kl, expected, atol=1e-3, rtol=0)


def test_tiles_are_summed_one_by_one_and_only_where_a_posterior_lies():
    model, x = narrow()
    visited, original = [], model.decode
    model.decode = lambda z, y=None: visited.append(z) or original(z, y)
    log_likelihood(model, x[:1], None, 700, 7.0)
    coarse, *tiles = visited
    assert len(coarse) == 138**2
    assert 0 < len(tiles) < 40  # of 23²
    assert all(len(tile) == 32**2 and np.ptp(tile.numpy(), 0).max() < 14 / 23 for tile in tiles)


def test_only_planes_of_bernoulli_pixels_are_summed(x):
    others = ("gaussian", "continuous-bernoulli", "discretised-logistic")
    for kind in ({"latent_dim": 3}, *({"likelihood": other} for other in others)):
        model = VAE((4, 4), **{"latent_dim": 2, "hidden": [8]} | kind)
        assert not fits(model)
        with pytest.raises(ValueError, match="quadrature needs 2 axes and Bernoulli pixels"):
            log_likelihood(model, x, None, **GRID)
    assert all(fits(VAE((4, 4), 2, [8], likelihood=f"{kind}bernoulli")) for kind in ("", "static-"))
