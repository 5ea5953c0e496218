"""The aggregate posterior: codes whose every number is known by hand."""

import numpy as np
import pytest
from scipy.special import ndtri

from claims.aggregate.measure import (
    coverage,
    distance_by_axis,
    histogram,
    mismatch,
    surgery,
)
from vae.codes import Codes
from vae.latent import quantile_grid


def drawn(mean, sigma, seed=0):
    """Codes of these posteriors, one sample of each."""
    mean, sigma = np.broadcast_arrays(np.float32(mean), np.float32(sigma))
    noise = np.random.default_rng(seed).standard_normal(mean.shape).astype(np.float32)
    labels = np.zeros(len(mean), np.int64)
    return Codes(mean.copy(), 2 * np.log(sigma), mean + sigma * noise, labels)


def test_codes_that_follow_the_prior_have_no_mismatch_and_a_known_information():
    sigma = 0.6  # means of variance 1 − σ²: the mixture is N(0, I), and I = −log σ on each axis
    mean = np.sqrt(1 - sigma**2) * np.random.default_rng(1).standard_normal((4000, 2))
    found = surgery(drawn(mean, sigma))
    assert found.information == pytest.approx(-2 * np.log(sigma), abs=0.05)
    assert found.marginal == pytest.approx(0, abs=0.02)


def test_collapsed_codes_have_no_information_and_no_mismatch():
    found = surgery(drawn(np.zeros((300, 3)), 1.0))
    assert found == pytest.approx((0, 0, 0, 0), abs=1e-6)


def test_of_separate_posteriors_the_information_is_log_n():
    mean = 5.0 * np.stack(np.meshgrid(np.arange(20), np.arange(30)), axis=-1).reshape(-1, 2)
    found = surgery(drawn(mean, 0.01))
    assert found.information == pytest.approx(np.log(600))


def test_equal_posteriors_off_the_prior_are_mismatch_alone():
    found = surgery(drawn(np.tile([1.5, -2.0], (300, 1)), 0.5))
    by_hand = 0.5 * (1.5**2 + 2**2) + 2 * 0.5 * (0.25 - np.log(0.25) - 1)
    assert found.information == pytest.approx(0, abs=1e-6)
    assert found.marginal == pytest.approx(by_hand, rel=1e-6)


def test_the_mixture_is_that_of_all_posteriors_in_every_chunk():
    rng = np.random.default_rng(2)
    codes = drawn(rng.normal(size=(1100, 2)), rng.uniform(0.1, 0.5, size=(1100, 2)))
    mean, log_var, z = (part.astype(np.float64) for part in codes[:3])

    def density(z, mean, log_var):
        square = (z - mean) ** 2 / np.exp(log_var)
        return np.exp(-0.5 * (square + log_var + np.log(2 * np.pi)).sum(axis=-1))

    information = [
        np.log(density(z[i], mean[i], log_var[i]) / density(z[i], mean, log_var).mean())
        for i in range(1100)
    ]
    found = surgery(codes)
    assert found.information == pytest.approx(np.mean(information))
    kl = 0.5 * (mean**2 + np.exp(log_var) - log_var - 1).sum(axis=1)
    assert found.marginal == pytest.approx(np.mean(kl) - np.mean(information))
    assert found.error == pytest.approx(np.std(kl - information) / np.sqrt(1100))


def test_two_halves_that_are_apart_are_one_bit():
    mean = np.repeat([[-5.0], [5.0]], 200, axis=0)
    assert surgery(drawn(mean, 1.0)).information == pytest.approx(np.log(2), abs=1e-3)


def test_the_parts_add_up_to_the_mean_kl():
    codes = drawn(np.random.default_rng(3).normal(size=(200, 4)), 0.3)
    found = surgery(codes)
    square = (codes.mean.astype(np.float64) ** 2).sum(axis=1).mean()
    assert found.kl == pytest.approx(0.5 * square + 4 * 0.5 * (0.09 - np.log(0.09) - 1))
    assert found.information + found.marginal == pytest.approx(found.kl)


def test_the_histogram_lies_as_the_quantile_grid():
    grid = quantile_grid(3)
    z = np.concatenate([grid[0, 2][None], grid[1, 0][None].repeat(4, 0)])
    assert histogram(z, 3).tolist() == [[0, 0, 1], [4, 0, 0], [0, 0, 0]]


def test_no_code_is_lost_however_far_out():
    z = np.array([[-40.0, 40.0], [40.0, 40.0]])
    assert histogram(z, 2).tolist() == [[1, 1], [0, 0]]


def test_an_even_histogram_has_no_mismatch():
    found = coverage(histogram(quantile_grid(6).reshape(-1, 2), 3))
    assert (found.ratio == 1).all()
    assert found[1:] == pytest.approx((0, 0, 0))


def test_holes_and_thin_cells_are_counted_and_the_divergence_is_that_of_the_shares():
    found = coverage(np.array([[0, 1], [3, 4]]))  # of 8: shares 0, 1/8, 3/8, 1/2
    assert found.ratio.tolist() == [[0, 0.5], [1.5, 2]]
    assert found.empty == 0.25
    assert found.sparse == 0.25  # half of the prior's is not less than half
    by_hand = (np.log(0.5) + 3 * np.log(1.5) + 4 * np.log(2)) / 8
    assert found.divergence == pytest.approx(by_hand)


def test_codes_in_one_cell_diverge_by_the_logarithm_of_the_cells():
    found = coverage(histogram(np.ones((50, 2)), 4))
    assert found.divergence == pytest.approx(np.log(16))
    assert found.empty == 15 / 16


def test_the_distance_is_that_of_known_places():
    even = ndtri((np.arange(100) + 0.5) / 100)
    z = np.stack([even, np.abs(even), np.full(100, 50.0)], axis=1)
    # half a step at midpoints; the empty half of the axis and half a step; all beyond the prior
    assert distance_by_axis(z) == pytest.approx([0.005, 0.505, 1], abs=1e-9)


def test_a_plane_has_coverage_beside_that_of_chance_and_other_models_have_none():
    z = np.random.default_rng(4).standard_normal((500, 2))
    found = mismatch(drawn(z, 0.1), cells=5, seed=0)
    assert found.coverage.ratio.shape == found.by_chance.coverage.ratio.shape == (5, 5)
    assert found.metrics().keys() >= {"kl", "information", "empty", "divergence"}
    deep = mismatch(drawn(np.zeros((50, 3)), 1.0), cells=5, seed=0)
    assert deep.coverage is deep.by_chance is None
    assert deep.metrics().keys() == {"kl", "information", "marginal", "error"}
