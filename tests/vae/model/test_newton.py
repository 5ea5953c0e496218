"""Gauss–Newton steps of codes: towards the mode, never to a worse place, for each image alone."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from vae.files.errors import InputError
from vae.model import VAE, newton


@pytest.mark.parametrize("latent", [1, 5])
def test_of_linear_logits_the_mode_is_that_of_a_logistic_regression(latent):
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(12, latent)), rng.normal(size=12)
    x = rng.integers(0, 2, (3, 12))

    def minus_log_joint(z, image):
        logits = weight @ z + bias
        return np.logaddexp(0, logits).sum() - image @ logits + z @ z / 2

    modes = [minimize(minus_log_joint, np.zeros(latent), (image,)).x for image in x]
    w, b = torch.from_numpy(weight).float(), torch.from_numpy(bias).float()
    z = torch.zeros(3, latent)
    for _ in range(8):
        z = newton.stepped(lambda z, y: z @ w.T + b, z, torch.from_numpy(x).float(), None)
    np.testing.assert_allclose(z.numpy(), np.array(modes), atol=1e-4)


@pytest.fixture(params=[0, 3], ids=["unconditional", "conditional"])
def refined(request):
    """A model whose decoder says much, images, classes, and what the encoder alone proposes."""
    torch.manual_seed(0)
    shape = {"activation": "gelu", "classes": request.param}
    model = VAE((4, 3), 6, [16], **shape, refinements=2).eval()
    with torch.no_grad():
        model.decoder[-1].weight *= 8
    x = torch.rand(700, 4, 3).round()
    y = torch.arange(700) % 3 if request.param else None
    model.refinements = 0
    alone = model.encode(x, y)
    model.refinements = 2
    return model, x, y, alone


def test_no_image_is_explained_worse_and_most_are_better(refined):
    model, x, y, alone = refined
    gain = model.fit(model.encode(x, y), x, y) - model.fit(alone, x, y)
    assert gain.min() >= 0
    assert (gain > 0.1).float().mean() > 0.5


def test_only_the_mean_moves(refined):
    model, x, y, alone = refined
    torch.testing.assert_close(model.encode(x, y).base_dist.scale, alone.base_dist.scale)


def test_an_image_s_code_does_not_depend_on_its_batch(refined):
    model, x, y, _ = refined
    some = slice(495, 505)
    few = model.encode(x[some], None if y is None else y[some]).mean
    torch.testing.assert_close(few, model.encode(x, y).mean[some], rtol=1e-3, atol=1e-4)


def test_a_training_sees_the_encoder_alone(refined):
    model, x, y, alone = refined
    torch.testing.assert_close(model.train().encode(x, y).mean, alone.mean)


@pytest.mark.parametrize("likelihood", ["gaussian", "continuous-bernoulli", "discretised-logistic"])
def test_only_bernoulli_pixels_are_refined(likelihood):
    with pytest.raises(InputError, match=f"refinements need Bernoulli.* {likelihood}"):
        VAE((4, 3), 2, [8], likelihood=likelihood, refinements=1)
