"""Networks: any shape of image, what each input reaches, and how decoders mirror encoders."""

import pytest
import torch
from torch import nn

from pipeline.model_params import Network
from vae.model import VAE
from vae.model.networks import NETWORKS
from vae.objective import Objective

SHAPES = [(28, 28), (28, 28, 1), (8, 8, 1), (32, 32, 3), (7, 5), (1, 9, 2)]


def test_the_schema_names_every_network():
    assert set(Network.__args__) == set(NETWORKS)


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("image_shape", SHAPES)
@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
@pytest.mark.parametrize("classes", [0, 3])
def test_any_image_is_encoded_decoded_and_learned_from(image_shape, network, likelihood, classes):
    model = VAE(image_shape, 2, [6, 5], "gelu", classes, likelihood, network)
    y = torch.arange(4) % 3 if classes else None
    bound, _ = Objective()(model, torch.rand(4, *image_shape), y)
    bound.backward()
    assert bound.isfinite()
    assert all(w.grad is not None and w.grad.isfinite().all() for w in model.parameters())
    assert model.decode(torch.zeros(5, 4, 2), y).mean.shape == (5, 4, *image_shape)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_pixel_reaches_the_code_and_the_code_every_pixel(network):
    torch.manual_seed(0)
    model = VAE((7, 5, 2), 2, [6, 5], "tanh", network=network)
    x = torch.rand(1, 7, 5, 2, requires_grad=True)
    model.encode(x).mean.sum().backward()
    assert (x.grad != 0).all()
    a, b = model.decode(torch.tensor([[0.0, 0.0], [1.0, -1.0]])).mean
    assert (a != b).all()


@pytest.mark.parametrize("network", NETWORKS)
def test_a_class_changes_code_and_image(network):
    model = VAE((6, 6), 2, [6, 5], "gelu", classes=3, network=network)
    x, z, y = torch.rand(1, 6, 6).expand(3, 6, 6), torch.zeros(3, 2), torch.arange(3)
    codes, images = model.encode(x, y).mean, model.decode(z, y).mean
    assert len(codes.unique(dim=0)) == len(images.unique(dim=0)) == 3


def test_pixels_keep_their_order_through_planes_and_back():
    encoder, decoder = VAE((4, 6, 3), 2, [5], network="convolutional").children()
    planes, pixels = encoder[0], decoder[-1]
    x = torch.rand(2, 4 * 6 * 3)
    assert planes(x).shape == (2, 3, 4, 6)
    assert torch.equal(planes(x)[0, 2], x[0].unflatten(0, (4, 6, 3))[..., 2])
    assert torch.equal(pixels(planes(x)), x)


def test_convolutions_halve_the_sides_and_the_decoder_undoes_it():
    encoder, decoder = VAE((28, 27), 2, [4, 8, 16], network="convolutional").children()

    def sides(network, x):
        found = []
        for layer in network:
            x = layer(x)
            if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                found.append(tuple(x.shape[1:]))
        return found

    assert sides(encoder, torch.rand(1, 28 * 27)) == [(4, 14, 14), (8, 7, 7), (16, 4, 4)]
    assert sides(decoder, torch.rand(1, 2)) == [(8, 7, 7), (4, 14, 14), (1, 28, 27)]
