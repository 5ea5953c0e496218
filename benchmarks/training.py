"""Speed, quality and efficiency of our training at the setting of the peer in `example.py`.

The network, the batch, Adam and its rate are the example's; the rest is ours: images in memory,
`vae.training.fit`, bfloat16 where the processor computes in it. On the CPU, as the example is.
"""

import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torchvision
from torch import nn
from torchvision.transforms import ToTensor

from benchmarks.example import BATCH, HIDDEN, LATENT, example_loss, fresh_example, train_example
from pipeline import loading
from pipeline.run import PARAMS
from vae.datasets.archives import fetch
from vae.datasets.readers import Dataset, read
from vae.model import VAE
from vae.precision import Precision, computes_bfloat16
from vae.training import ELBO, State, fit

EXAMPLE = "the example's way"
_HELD_OUT = 1  # `fit` asks for one validation image at least


class Data(NamedTuple):
    """MNIST for both ways: arrays, and torchvision's data sets of PIL images."""

    arrays: Dataset
    train: Any
    test: Any


def load() -> Data:
    """Fetch from DATASET_MIRROR or torchvision's mirrors; nothing is left on the disk."""
    with tempfile.TemporaryDirectory() as root:
        raw = Path(root, "MNIST", "raw")
        fetch("mnist", raw, mirror=os.environ.get("DATASET_MIRROR"))
        # torchvision finds its archives there, whole, and only unpacks them
        train, test = (
            torchvision.datasets.MNIST(root, train=part, transform=ToTensor(), download=True)
            for part in (True, False)
        )
        return Data(read("mnist", raw, raw), train, test)


def ours(precision: Precision) -> str:
    """The name of our way."""
    return f"ours, {precision}"


def precisions() -> list[Precision]:
    """Those that are not the same on this processor."""
    native = computes_bfloat16(torch.device("cpu"))
    return ["bfloat16", "float32"] if native else ["float32"]


def measure_speed(data: Data, rounds: int) -> dict[str, list[float]]:
    """Images a second of each way in each round.

    Both ways are timed for an epoch in the midst of a training, without its beginning: ours for
    the second of a `fit` of two. Rounds take the ways in turn, so that the drift of a shared
    machine meets them alike.
    """
    ways: dict[str, Callable[[], float]] = {
        ours(precision): partial(_epoch, data.arrays, precision) for precision in precisions()
    }
    ways[EXAMPLE] = partial(_timed, partial(train_example, *fresh_example(), data.train))
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for epoch in ways.values():
        epoch()  # what PyTorch imports and allocates at its first steps is not timed
    for number in range(1, rounds + 1):
        for name, epoch in ways.items():
            speeds[name].append(epoch())
            print(f"round {number}: {name}: {speeds[name][-1]:,.0f} images/s", flush=True)
    return speeds


def measure_quality(data: Data, epochs: int) -> dict[str, float]:
    """The test set's −ELBO of each way after some epochs, in nats per image (scale G)."""
    losses = {}
    for precision in precisions():
        model = _fresh_model()
        _train(model, data.arrays, precision, epochs)
        losses[ours(precision)] = _loss(model, data.arrays)
    example, optimiser = fresh_example()
    for _ in range(epochs):
        train_example(example, optimiser, data.train)
    losses[EXAMPLE] = example_loss(example, data.test)
    for name, loss in losses.items():
        print(f"after {epochs} epochs: {name}: {loss:.2f} nats per test image", flush=True)
    return losses


def measure_peaks() -> dict[Precision, float]:
    """The most FLOP/s of any of many large matrix products, by precision."""
    dtypes = {"bfloat16": torch.bfloat16, "float32": torch.float32}
    peaks: dict[Precision, float] = {}
    for precision in precisions():
        left = torch.randn(4096, 1024).to(dtypes[precision])
        right = torch.randn(1024, 1024).to(dtypes[precision])
        times = []
        for _ in range(50):
            start = time.perf_counter()
            left @ right
            times.append(time.perf_counter() - start)
        peaks[precision] = 2 * left.numel() * right.shape[1] / min(times)
        print(f"peak: {precision}: {peaks[precision] / 1e9:,.0f} GFLOP/s", flush=True)
    return peaks


def flops_per_image() -> int:
    """FLOPs of the matrix products in training on one image.

    A layer of m×n weights takes 2mn forward and 4mn backward, half of it for the gradient of the
    layer's input, which the encoder's first layer does not need.
    """
    layers = [layer for layer in _fresh_model().modules() if isinstance(layer, nn.Linear)]
    sizes = [layer.weight.numel() for layer in layers]
    return 6 * sum(sizes) - 2 * sizes[0]


def _fresh_model() -> VAE:
    """The example's network in our class, untrained."""
    torch.manual_seed(0)
    return VAE((28, 28), LATENT, [HIDDEN], "relu")


def _epoch(data: Dataset, precision: Precision) -> float:
    """Images a second of an epoch of ours."""
    ends: list[float] = []
    _train(_fresh_model(), data, precision, 2, lambda state: ends.append(time.perf_counter()))
    return (len(data.train.x) - _HELD_OUT) / (ends[1] - ends[0])


def _timed(epoch: Callable[[], int]) -> float:
    """Images a second of a function that returns the number of images it saw."""
    start = time.perf_counter()
    return epoch() / (time.perf_counter() - start)


def _train(
    model: VAE,
    data: Dataset,
    precision: Precision,
    epochs: int,
    on_epoch: Callable[[State], None] = lambda state: None,
) -> None:
    """Train in our way, as params.yaml sets it but for the batch and the precision."""
    settings = loading.read(PARAMS).training.model_dump()
    fit(
        model,
        torch.from_numpy(data.train.x),
        torch.from_numpy(data.train.y),
        epochs=epochs,
        **settings | {"batch_size": BATCH, "validation": _HELD_OUT, "precision": precision},
        on_epoch=on_epoch,
    )


@torch.no_grad()
def _loss(model: VAE, data: Dataset) -> float:
    """−ELBO of the test set at one sample of each code, in float32, in nats per image."""
    torch.manual_seed(0)
    x = torch.from_numpy(data.test.x).float() / 255
    return -float(torch.cat([ELBO(model, part)[1].elbo for part in x.split(1000)]).double().mean())
