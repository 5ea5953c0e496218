"""The network: shapes, determinism, the class, and what its inputs may be."""

import numpy as np
import pytest
import torch

from pipeline import model_params
from pipeline.model_params import Activation
from vae import precision
from vae.model import VAE, by_class, decode_mean
from vae.model.networks import ACTIVATIONS
from vae.training import ELBO


@pytest.mark.parametrize("image_shape", [(28, 28), (8, 8), (5, 7), (6, 4, 3)])
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("latent_dim", [1, 2, 20])
def test_any_image_shape_latent_size_and_number_of_classes(image_shape, classes, latent_dim):
    model = VAE(image_shape, latent_dim, [16, 9], classes=classes)
    y = torch.arange(4) % classes if classes else None
    q = model.encode(torch.rand(4, *image_shape), y)
    assert (q.batch_shape, q.event_shape) == ((4,), (latent_dim,))
    p = model.decode(q.sample((6,)), y)
    assert (p.batch_shape, p.event_shape) == ((6, 4), image_shape)
    assert ((p.mean >= 0) & (p.mean <= 1)).all()


def test_encoding_twice_gives_the_same_bits():
    model, x = VAE((8, 8), 2, [16]), torch.rand(5, 8, 8)
    assert torch.equal(model.encode(x).mean, model.encode(x).mean)


def test_the_decoder_mirrors_the_encoder():
    def widths(network):
        return [tuple(w.shape) for w in network.parameters() if w.ndim == 2]

    model = VAE((4, 4), 2, [10, 7])
    assert widths(model.encoder) == [(10, 16), (7, 10), (4, 7)]
    assert widths(model.decoder) == [(7, 2), (10, 7), (16, 10)]


@pytest.mark.parametrize("classes", [0, 3])
def test_of_several_looks_the_one_that_fits_best_is_taken(classes):
    torch.manual_seed(0)
    model = VAE((5, 4), 2, [8], classes=classes, shifts=1).eval()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(5)
    x, y = torch.rand(6, 5, 4), torch.arange(6) % classes if classes else None
    moves = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    one = VAE(**model.settings | {"shifts": 0}).eval()
    one.load_state_dict(model.state_dict())
    looks = [one.encode(x.roll(move, (1, 2)), y) for move in moves]
    found = model.encode(x, y)
    chosen = set()
    for i in range(len(x)):
        fits = []
        for q in looks:
            mean, scale = q.mean[i : i + 1], q.stddev[i : i + 1]
            label = None if y is None else y[i : i + 1]
            kl = (0.5 * (mean**2 + scale**2 - 1) - scale.log()).sum()
            fits.append((one.decode(mean, label).log_prob(x[i : i + 1]) - kl).item())
        best = int(np.argmax(fits))
        chosen.add(best)
        torch.testing.assert_close(found.mean[i], looks[best].mean[i])
        torch.testing.assert_close(found.stddev[i], looks[best].stddev[i])
    assert len(chosen) > 1


def test_training_knows_one_look_only():
    torch.manual_seed(0)
    several = VAE((4, 4), 2, [8], shifts=2)
    torch.manual_seed(0)
    one, x = VAE((4, 4), 2, [8]), torch.rand(3, 4, 4)
    assert torch.equal(several.encode(x).mean, one.encode(x).mean)
    assert torch.equal(several.encode(x).stddev, one.encode(x).stddev)


def test_of_equal_looks_any_is_the_one():
    several = VAE((4, 4), 2, [8], shifts=1).eval()
    q = several.encode(torch.full((2, 4, 4), 0.5))  # a flat image looks the same, however moved
    torch.testing.assert_close(q.mean, several.looks(torch.full((2, 4, 4), 0.5))[4].mean)


def test_one_hot_weights_decode_as_the_class_does():
    model, z = VAE((4, 4), 2, [8], classes=3), torch.randn(3, 2)
    by_label = model.decode(z, torch.arange(3)).mean
    torch.testing.assert_close(model.decode(z, torch.eye(3)).mean, by_label)


def test_arrays_decode_cell_by_cell():
    model = VAE((4, 4), 2, [8], classes=3)
    z, y = np.random.default_rng(0).normal(size=(3, 5, 2)), np.arange(15).reshape(3, 5) % 3
    mean = decode_mean(model, z, y)
    assert mean.shape == (3, 5, 4, 4)
    one = model.decode(torch.tensor(z[1, 2:3]).float(), torch.tensor(y[1, 2:3])).mean
    np.testing.assert_allclose(mean[1, 2], one[0].detach(), rtol=1e-5)


def test_a_conditional_model_asks_for_a_class():
    with pytest.raises(ValueError, match="conditional on 3 classes: give y"):
        VAE((4, 4), 2, [8], classes=3).decode(torch.zeros(1, 2))


def test_an_unconditional_model_takes_no_class():
    with pytest.raises(ValueError, match="not conditional"):
        VAE((4, 4), 2, [8]).encode(torch.zeros(1, 4, 4), torch.zeros(1, dtype=torch.long))


def test_the_schema_names_every_activation_and_precision():
    assert set(Activation.__args__) == set(ACTIVATIONS)
    assert model_params.Precision == precision.Precision


def test_an_image_unlike_all_others_has_a_finite_bound_and_gradient():
    model = VAE((4, 4), 2, [8])
    with torch.no_grad():
        model.encoder[-1].bias[2:] = 1e4  # the encoder asks for σ = e^5000
    bound, _ = ELBO(model, torch.rand(3, 4, 4))
    bound.backward()
    assert bound.isfinite()
    assert all(weight.grad.isfinite().all() for weight in model.parameters())


def test_images_fall_into_the_classes_that_occur():
    y, some = torch.tensor([2, 0, 2, 1, 0]), torch.tensor([4, 0, 2, 1])
    found = [(label.item(), members.tolist()) for label, members in by_class(y, some)]
    assert found == [(0, [4, 1]), (2, [0, 2])]
    ((label, members),) = by_class(None, some)
    assert label is None and torch.equal(members, some)
