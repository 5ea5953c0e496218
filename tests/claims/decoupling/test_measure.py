"""What a probe finds in z, each class's Gaussian, and classes given against classes predicted."""

import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal, kl_divergence

from claims.decoupling.measure import (
    class_divergence,
    class_gaussians,
    confusion,
    probe_accuracy,
)
from vae.codes import Codes


def codes(mean, log_var, label):
    mean, log_var = np.float32(mean), np.float32(log_var)
    return Codes(mean, log_var, mean, np.array(label))


def test_only_the_nonlinear_probe_finds_classes_in_opposite_quadrants():
    points = np.random.default_rng(0).uniform(-1, 1, size=(600, 2))
    labels = (points.prod(axis=1) > 0).astype(int)
    found = probe_accuracy(points, labels, seed=0)
    assert found.nonlinear > 0.9
    assert found.linear < 0.65


def test_probes_of_codes_that_do_not_know_the_class_are_at_chance():
    rng = np.random.default_rng(0)
    found = probe_accuracy(rng.normal(size=(1000, 2)), np.arange(1000) % 2, seed=0)
    assert found.nonlinear == pytest.approx(0.5, abs=0.06)
    assert found.linear == pytest.approx(0.5, abs=0.06)


def test_chance_is_the_largest_class():
    points = np.random.default_rng(0).normal(size=(40, 2))
    assert probe_accuracy(points, np.repeat([0, 1], [30, 10]), seed=0).chance == 0.75


def test_a_class_of_fewer_images_than_folds_is_left_out():
    points = np.random.default_rng(0).normal(size=(42, 2))
    labels = np.repeat([0, 1, 3], [30, 10, 2])
    assert probe_accuracy(points, labels, 0) == probe_accuracy(points[:40], labels[:40], 0)


def test_one_class_alone_cannot_be_probed():
    with pytest.raises(ValueError, match="two classes of at least 5 images"):
        probe_accuracy(np.zeros((12, 2)), np.repeat([0, 1], [10, 2]), seed=0)


def test_a_class_gaussian_by_hand():
    q = codes([[1, 0], [3, 0], [9, 9]], np.log([[1, 2], [3, 4], [5, 5]]), [0, 0, 1])
    mean, covariance = class_gaussians(q, 2)
    assert mean[0] == pytest.approx([2, 0])
    assert covariance[0] == pytest.approx(np.diag([1 + 2, 0 + 3]))


def test_the_class_gaussian_has_the_moments_of_samples():
    rng = np.random.default_rng(0)
    means, log_var = rng.normal(size=(50, 2)) @ [[1, 0.8], [0, 0.5]], rng.normal(size=(50, 2))
    q = codes(means, log_var, [0] * 50)
    noise = rng.normal(size=(4000, 50, 2))
    samples = (q.mean + np.exp(0.5 * q.log_var) * noise).reshape(-1, 2)
    mean, covariance = class_gaussians(q, 1)
    assert mean[0] == pytest.approx(samples.mean(axis=0), abs=0.02)
    assert covariance[0] == pytest.approx(np.cov(samples.T), abs=0.05)


def test_the_divergence_equals_torchs():
    rng = np.random.default_rng(0)
    q = codes(rng.normal(size=(60, 3)) * [1, 2, 0.1], rng.normal(size=(60, 3)), [0, 1] * 30)
    prior = MultivariateNormal(torch.zeros(3), torch.eye(3))
    fitted = map(torch.from_numpy, class_gaussians(q, 2))
    expected = kl_divergence(MultivariateNormal(*(part.float() for part in fitted)), prior)
    assert class_divergence(q, 2) == pytest.approx(expected.numpy(), rel=1e-4)


def test_a_class_whose_posteriors_are_the_prior_is_no_nats_away():
    assert class_divergence(codes(np.zeros((4, 2)), np.zeros((4, 2)), [0] * 4), 1) == [0]


def test_a_class_without_images_has_no_gaussian_and_no_divergence():
    q = codes(np.zeros((4, 2)), np.zeros((4, 2)), [0, 0, 2, 2])
    assert np.isnan(class_gaussians(q, 3).mean).any(axis=1).tolist() == [False, True, False]
    assert np.isnan(class_divergence(q, 3)).tolist() == [False, True, False]


def test_the_confusion_by_hand():
    predicted, given = np.array([0, 0, 1, 0, 2]), np.array([0, 0, 0, 0, 2])
    shares = confusion(np.eye(3)[predicted], given, 3)
    np.testing.assert_array_equal(shares, [[0.75, 0.25, 0], [np.nan] * 3, [0, 0, 1]])
