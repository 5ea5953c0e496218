"""Rank correlations against SciPy's, and doubts that are known."""

import numpy as np
import pytest
from scipy import stats

from claims.doubt.measure import compare_doubts, rank_correlation
from vae.codes import Codes


def codes(mean, log_var):
    mean, log_var = np.float32(mean), np.float32(log_var)
    return Codes(mean, log_var, mean, np.zeros(len(mean), np.int64))


def test_the_rank_correlation_equals_scipys_with_ties():
    a, b = np.random.default_rng(0).integers(6, size=(2, 80))
    found = rank_correlation(a, b, resamples=10, seed=0)
    assert found.rho == pytest.approx(stats.spearmanr(a, b).statistic)


def test_the_interval_is_near_that_of_fishers_z():
    """Bonett & Wright 2000: tanh(atanh ρ ± 1.96 √((1 + ρ²/2) / (n − 3)))."""
    a, noise = np.random.default_rng(0).normal(size=(2, 500))
    rho, low, high = rank_correlation(a, a + noise, resamples=2000, seed=0)
    half = 1.96 * np.sqrt((1 + rho**2 / 2) / 497)
    assert low == pytest.approx(np.tanh(np.arctanh(rho) - half), abs=0.02)
    assert high == pytest.approx(np.tanh(np.arctanh(rho) + half), abs=0.02)


def test_one_value_alone_has_no_rank_correlation():
    assert np.isnan(rank_correlation(np.ones(9), np.arange(9), resamples=9, seed=0)).all()


def test_a_resample_of_one_value_does_not_spoil_the_interval():
    found = rank_correlation(np.arange(4), np.array([0, 0, 0, 1]), resamples=200, seed=0)
    assert np.isfinite(found).all()


def sure(entropies):
    """Two classes' probabilities of growing entropy; class 0 is read."""
    second = np.asarray(entropies) / 10
    return np.stack([1 - second, second], axis=1)


def test_doubts_within_the_classes_are_told_from_those_between_them():
    """In each class a wider σ goes with more entropy; the class of wide σ has little of it."""
    sigma = np.array([1.0, 2, 3, 4, 11, 12, 13, 14])
    q = codes(np.zeros((8, 1)), 2 * np.log(sigma)[:, None])
    q = q._replace(label=np.repeat([0, 1], 4))
    doubts = compare_doubts(q, sure([1, 2, 3, 4, 0.1, 0.2, 0.3, 0.4]), parts=2, resamples=9, seed=0)
    assert [within.rho for within in doubts.within] == pytest.approx([1, 1])
    assert doubts.overall.rho < 0
    assert doubts.entropy[0] > doubts.entropy[1]
    assert doubts.entropy_in_class[0] < doubts.entropy_in_class[1]


def test_errors_by_doubt_by_hand():
    """All are read as 0: by σ the 1s come last, by σ within the class one of them comes first."""
    q = codes(np.zeros((4, 1)), [[0], [1], [2], [3]])._replace(label=np.array([0, 0, 1, 1]))
    doubts = compare_doubts(q, sure([1, 2, 3, 4]), parts=2, resamples=9, seed=0)
    assert doubts.error.tolist() == [0, 1]
    assert doubts.error_in_class.tolist() == [0.5, 0.5]


def test_entropy_is_in_nats():
    q = codes(np.zeros((2, 1)), [[0], [1]])
    doubts = compare_doubts(q, np.array([[1.0, 0.0], [0.5, 0.5]]), parts=2, resamples=9, seed=0)
    assert doubts.entropy == pytest.approx([0, np.log(2)])
