"""Posteriors and likelihoods of a data set: against quadrature, and bounds in their order."""

import copy

import numpy as np
import pytest
import torch
from torch.distributions import Normal

from vae.evaluation import encode, importance, observed
from vae.model import VAE
from vae.objective import kl_by_axis
from vae.precision import computes_bfloat16


@pytest.fixture(scope="module")
def model():
    """An untrained 2-D model with posteriors that are plainly not the true ones."""
    torch.manual_seed(3)
    model = VAE((4, 4), 2, [16]).eval()
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(2)
    return model


@pytest.fixture(scope="module")
def x():
    return torch.rand(5, 4, 4, generator=torch.Generator().manual_seed(0)).round()


@torch.no_grad()
def quadrature(model, x, y=None):
    """log p(x) on a fine grid over the plane."""
    axis = torch.linspace(-7, 7, 701)
    z = torch.cartesian_prod(axis, axis)
    log_prior = Normal(0.0, 1.0).log_prob(z).sum(1) + 2 * (axis[1] - axis[0]).log()
    rows = []
    for i, image in enumerate(x):
        label = None if y is None else y[i : i + 1].expand(len(z))
        rows.append(torch.logsumexp(model.decode(z, label).log_prob(image[None]) + log_prior, 0))
    return torch.stack(rows).double()


def test_the_likelihood_agrees_with_quadrature(model, x):
    estimate = importance(model, x, None, samples=20_000, seed=0).log_likelihood
    torch.testing.assert_close(estimate, quadrature(model, x), atol=0.02, rtol=0)


def test_the_likelihood_of_a_conditional_model_agrees_with_quadrature(x):
    torch.manual_seed(1)
    model, y = VAE((4, 4), 2, [16], classes=3), torch.tensor([0, 1, 2, 0, 1])
    estimate = importance(model, x, y, samples=20_000, seed=0).log_likelihood
    torch.testing.assert_close(estimate, quadrature(model, x, y), atol=0.02, rtol=0)


def test_the_bound_tightens_with_samples_and_stays_below_the_truth(model, x):
    means, errors = [], []
    for k in (1, 10, 100, 1000):
        runs = 20_000 // k
        estimates = importance(model, x.repeat(runs, 1, 1), None, k, 0).log_likelihood
        per_run = estimates.reshape(runs, len(x)).mean(1)
        means.append(per_run.mean().item())
        errors.append((per_run.std() / runs**0.5).item())
    assert means == sorted(means)
    assert means[-1] < quadrature(model, x).mean() + 3 * errors[-1]


@pytest.fixture(scope="module")
def astray(model):
    """The same model with posteriors far from the true ones, and narrow."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        model.encoder[-1].weight.zero_()
        model.encoder[-1].bias.copy_(torch.tensor([2.5, -2.5, -4.0, -4.0]))
    return model


def test_samples_from_the_prior_find_what_the_encoder_misses(astray, x):
    truth = quadrature(astray, x).mean()
    alone, defended = (
        importance(astray, x, None, 4000, 0, prior_share=share).log_likelihood.mean()
        for share in (0.0, 0.5)
    )
    assert alone < truth - 0.3
    assert abs(defended - truth) < 0.02


def test_samples_from_the_prior_leave_the_terms_of_the_bound_alone(model, x):
    many = x.repeat(400, 1, 1)
    plain, mixed = (importance(model, many, None, 40, 0, prior_share=a) for a in (0.0, 0.5))
    torch.testing.assert_close(plain.kl, mixed.kl)
    noise = ((plain.reconstruction - mixed.reconstruction).std() / len(many) ** 0.5).item()
    assert plain.reconstruction.mean() == pytest.approx(
        mixed.reconstruction.mean().item(), abs=4 * noise
    )


def test_samples_from_the_prior_spread_less_than_independent_ones(astray, x):
    runs = importance(astray, x[:1].repeat(300, 1, 1), None, 256, 0, prior_share=0.9)
    assert runs.log_likelihood.std() < 0.6 * runs.error.mean()


def test_a_single_sample_is_never_the_priors(model, x):
    plain, mixed = (importance(model, x, None, 1, 0, prior_share=a) for a in (0.0, 0.9))
    torch.testing.assert_close(plain.log_likelihood, mixed.log_likelihood)


def test_the_error_is_the_spread_of_repeated_estimates(model, x):
    runs = importance(model, x[:1].repeat(600, 1, 1), None, 200, 0)
    assert runs.error.mean().item() == pytest.approx(runs.log_likelihood.std().item(), rel=0.15)


def test_one_sample_is_the_elbo(model, x):
    bounds = importance(model, x.repeat(4000, 1, 1), None, samples=1, seed=0)
    elbo = bounds.reconstruction - bounds.kl
    gap = (bounds.log_likelihood - elbo).mean()
    noise = (bounds.log_likelihood - elbo).std() / len(elbo) ** 0.5
    assert gap.abs() < 4 * noise


def test_terms_cover_every_image_in_order(model, x):
    many = x.repeat(300, 1, 1)
    bounds = importance(model, many, None, samples=7, seed=0)
    torch.testing.assert_close(bounds.kl, kl_by_axis(model.encode(many)).sum(1).double().detach())
    assert bounds.log_likelihood.shape == (1500,)


def test_memory_does_not_grow_with_samples(model, x):
    decoded = []
    original = model.decode
    model.decode = lambda z, y=None: decoded.append(z.shape[:-1].numel()) or original(z, y)
    try:
        importance(model, x, None, samples=30_000, seed=0)
    finally:
        del model.decode
    assert max(decoded) <= 2000
    assert sum(decoded) == 30_000 * len(x)


def test_encoding_is_deterministic_and_its_samples_follow_the_posterior():
    model = VAE((4, 4), 3, [8])
    images = torch.randint(0, 256, (6000, 4, 4), dtype=torch.uint8)
    labels = torch.zeros(6000, dtype=torch.long)
    codes, again = encode(model, images, labels, 0), encode(model, images, labels, 0)
    assert all(np.array_equal(a, b) for a, b in zip(codes, again, strict=True))
    standard = (codes.sample - codes.mean) / np.exp(0.5 * codes.log_var)
    assert abs(standard.mean()) < 0.03
    assert standard.std() == pytest.approx(1, abs=0.03)


@pytest.fixture
def small_parts(monkeypatch):
    """Sets of images seen seven at a time."""
    monkeypatch.setattr("vae.evaluation._SEEN_AT_ONCE", 7 * 12)


def stack(n):
    return torch.arange(n * 12, dtype=torch.uint8).reshape(n, 4, 3), torch.arange(n) % 3


def test_parts_are_the_whole_in_its_order(small_parts):
    model = VAE((4, 3), 2, [8], classes=3)
    images, labels = stack(20)
    parts = list(observed(model, images, labels, seed=5))
    assert [len(part.x) for part in parts] == [7, 7, 6]
    assert torch.equal(torch.cat([part.x for part in parts]), images / 255)
    assert torch.equal(torch.cat([part.y for part in parts]), labels)


def test_the_first_part_is_what_the_model_observes_and_others_have_noise_of_their_own(small_parts):
    model = VAE((4, 3), 2, [8], likelihood="gaussian")
    images, labels = torch.zeros(20, 4, 3, dtype=torch.uint8), torch.zeros(20, dtype=torch.int64)
    first, second, _ = observed(model, images, labels, seed=5)
    assert torch.equal(first.x, model.observe(images[:7], 5))
    assert (first.seed, second.seed == first.seed, torch.equal(first.x, second.x)) == (
        5,
        False,
        False,
    )
    again = list(observed(model, images, labels, seed=5))[1]
    assert torch.equal(second.x, again.x)


def test_static_pixels_are_drawn_once_for_the_whole_set(small_parts):
    model = VAE((4, 3), 2, [8], likelihood="static-bernoulli")
    images, labels = stack(20)
    parts = torch.cat([part.x for part in observed(model, images, labels, seed=5)])
    assert torch.equal(parts, model.observe(images, 5))


def test_codes_of_parts_are_those_of_the_whole(small_parts, monkeypatch):
    model = VAE((4, 3), 2, [8]).eval()
    images, labels = stack(20)
    in_parts = encode(model, images, labels, seed=0)
    monkeypatch.undo()
    whole = encode(model, images, labels, seed=0)
    for name in ("mean", "log_var", "sample", "label"):
        np.testing.assert_allclose(getattr(in_parts, name), getattr(whole, name), atol=1e-6)


def test_codes_keep_the_order_of_their_images():
    model = VAE((4, 4), 2, [8], classes=4)
    images = torch.randint(0, 256, (6000, 4, 4), dtype=torch.uint8)
    labels = torch.arange(6000) % 4
    codes = encode(model, images, labels, 0)
    with torch.no_grad():
        one = model.encode(images[5500:5501].float() / 255, labels[5500:5501]).mean[0]
    np.testing.assert_allclose(codes.mean[5500], one, atol=1e-5)
    assert np.array_equal(codes.label, labels)


@pytest.mark.skipif(
    not computes_bfloat16(torch.device("cpu")), reason="this processor has no bfloat16"
)
def test_bfloat16_moves_the_means_by_little_and_float32_stays_available(model, x):
    many = x.repeat(400, 1, 1)
    fast, exact = (importance(model, many, None, 50, 0, p) for p in ("bfloat16", "float32"))
    assert not torch.equal(fast.log_likelihood, exact.log_likelihood)
    for name in fast._fields:
        moved = (getattr(fast, name) - getattr(exact, name)).mean().abs()
        assert moved < 0.01, name
