"""Networks from flat vectors to flat vectors, in pairs: an encoder and the decoder that mirrors it.

An encoder reads the pixels of an image and, of a conditional model, a one-hot class behind them; a
decoder reads a code and the class, and gives `outputs` numbers for each pixel, pixel by pixel.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "silu": nn.SiLU,
    "gelu": nn.GELU,
    "leaky_relu": nn.LeakyReLU,
    "softplus": nn.Softplus,
}


class Shape(NamedTuple):
    """What a pair of networks is built for."""

    image: Sequence[int]
    """H×W or H×W×C."""
    classes: int
    """Entries of the one-hot class; 0 without one."""
    latent_dim: int
    outputs: int
    """A decoder's numbers for each pixel."""


def mlp(
    shape: Shape, hidden: Sequence[int], activation: str
) -> tuple[nn.Sequential, nn.Sequential]:
    """Fully connected layers of the widths `hidden`; the decoder has them in reverse.

    One hidden tanh layer of 500 is the network of Kingma & Welling 2014, section 5.
    """
    pixels, act = math.prod(shape.image), ACTIVATIONS[activation]
    encoder = [pixels + shape.classes, *hidden, 2 * shape.latent_dim]
    decoder = [shape.latent_dim + shape.classes, *reversed(hidden), pixels * shape.outputs]
    return _layers(encoder, act), _layers(decoder, act)


def convolutional(
    shape: Shape, hidden: Sequence[int], activation: str
) -> tuple[nn.Sequential, nn.Sequential]:
    """A convolution for each number of channels in `hidden`, halving the sides, rounded up.

    Then one linear layer; the decoder has the same in reverse, with transposed convolutions. A
    class is one more plane for each of its entries. Any height and width will do.
    """
    act = ACTIVATIONS[activation]
    sizes = _halved(shape.image, len(hidden))
    smallest = (hidden[-1], *sizes[-1])
    encoder = halving(shape.image, hidden, activation, 2 * shape.latent_dim, shape.classes)
    decoder: list[nn.Module] = [
        nn.Linear(shape.latent_dim + shape.classes, math.prod(smallest)),
        act(),
        nn.Unflatten(1, smallest),
    ]
    channels = [*reversed(hidden), math.prod(shape.image[2:]) * shape.outputs]
    for (before, after), small, large in zip(
        pairwise(channels), reversed(sizes[1:]), reversed(sizes[:-1]), strict=True
    ):
        # a side of 2n or 2n − 1 was halved to n
        missing = (large[0] - 2 * small[0] + 1, large[1] - 2 * small[1] + 1)
        decoder += [nn.ConvTranspose2d(before, after, 3, 2, 1, output_padding=missing), act()]
    decoder[-1] = _Pixels()
    return encoder, nn.Sequential(*decoder)


def halving(
    image: Sequence[int], channels: Sequence[int], activation: str, outputs: int, classes: int = 0
) -> nn.Sequential:
    """From pixels, with a one-hot class behind them, by halving convolutions to `outputs`."""
    layers: list[nn.Module] = [_Planes(image, classes)]
    for before, after in pairwise([math.prod(image[2:]) + classes, *channels]):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), ACTIVATIONS[activation]()]
    smallest = math.prod(_halved(image, len(channels))[-1])
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * smallest, outputs))


def _halved(image: Sequence[int], times: int) -> list[tuple[int, int]]:
    """Height and width, halved and rounded up again and again, the whole ones first."""
    return [(-(-image[0] // 2**n), -(-image[1] // 2**n)) for n in range(times + 1)]


NETWORKS: dict[str, Callable[[Shape, Sequence[int], str], tuple[nn.Sequential, nn.Sequential]]] = {
    "mlp": mlp,
    "convolutional": convolutional,
}


def _layers(widths: Sequence[int], activation: type[nn.Module]) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


class _Planes(nn.Module):
    """Pixels H·W·C and a class's entries as planes of H×W."""

    def __init__(self, image: Sequence[int], classes: int) -> None:
        super().__init__()
        self.image, self.classes = (*image, 1)[:3], classes

    def forward(self, x: Float[Tensor, "batch values"]) -> Float[Tensor, "batch planes h w"]:
        pixels, y = x.split([math.prod(self.image), self.classes], dim=-1)
        planes = pixels.unflatten(-1, self.image).movedim(-1, 1)
        return torch.cat([planes, y[..., None, None].expand(-1, -1, *self.image[:2])], dim=1)


class _Pixels(nn.Module):
    """Planes of H×W as values in the order of the pixels H·W·C, with a pixel's outputs last."""

    def forward(self, planes: Float[Tensor, "batch planes h w"]) -> Float[Tensor, "batch values"]:
        return planes.movedim(1, -1).flatten(1)
