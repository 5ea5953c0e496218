"""Rank correlations against SciPy's, and relations of σ and entropy that are known."""

import numpy as np
import pytest
from scipy import stats

from claims.posterior_std.measure import compare, rank_correlation


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


FEW = {"parts": 2, "resamples": 9, "seed": 0}


def predicted(entropies):
    """Two classes' probabilities of growing entropy; class 0 is predicted."""
    second = np.asarray(entropies) / 10
    return np.stack([1 - second, second], axis=1)


def test_a_relation_within_the_classes_is_told_from_one_between_them():
    """In each class a wider σ goes with more entropy; the class of wide σ has little of it."""
    std = np.array([1.0, 2, 3, 4, 11, 12, 13, 14])
    label = np.repeat([0, 1], 4)
    found = compare(std, predicted([1, 2, 3, 4, 0.1, 0.2, 0.3, 0.4]), label, **FEW)
    assert [within.rho for within in found.within] == pytest.approx([1, 1])
    assert found.overall.rho < 0
    assert found.entropy[0] > found.entropy[1]
    assert found.entropy_in_class[0] < found.entropy_in_class[1]


def test_errors_by_std_by_hand():
    """All are predicted as 0: by σ the 1s come last, within the class one of them comes first."""
    std, label = np.array([1.0, 2, 3, 4]), np.array([0, 0, 1, 1])
    found = compare(std, predicted([1, 2, 3, 4]), label, **FEW)
    assert found.error.tolist() == [0, 1]
    assert found.error_in_class.tolist() == [0.5, 0.5]


def test_entropy_is_in_nats():
    certain = np.array([[1.0, 0.0], [0.5, 0.5]])
    found = compare(np.array([1.0, 2.0]), certain, np.zeros(2, int), **FEW)
    assert found.entropy == pytest.approx([0, np.log(2)])
