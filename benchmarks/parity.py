"""How true an explorer's networks are to PyTorch's."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Int, UInt8
from numpy import ndarray
from playwright.sync_api import Page
from torch.distributions import Independent
from torch.utils.dlpack import from_dlpack

from vae.model import VAE
from vae.model.newton import stepped
from vae.model.vae import gaussian

_IMAGES = 200
_TIE = 0.05  # nats


def decoder_error(page: Page, model: VAE, count: int = _IMAGES) -> float:
    """Largest difference of a pixel's mean, for codes from the prior and random classes."""
    rng = np.random.default_rng(0)
    z = torch.from_numpy(rng.standard_normal((count, model.latent_dim), np.float32))
    y = _classes(model, rng.integers(max(1, model.classes), size=count))
    theirs = page.evaluate(
        """([z, y]) => z.map((row, i) => Array.from(explorer.network.decode(
             Float32Array.from(row), y && Float32Array.from(y[i]))))""",
        _lists(z, y),
    )
    with torch.no_grad():
        ours = model.decode(z, y).mean.flatten(1)
    return _largest(theirs, ours)


def encoder_error(
    page: Page,
    model: VAE,
    images: UInt8[ndarray, "n *image"],
    labels: Int[ndarray, " n"],
    count: int = _IMAGES,
) -> float:
    """Largest difference of a pixel of an image's reconstruction from its posterior mean.

    Of several looks the nearest counts, and of a code that fits as well before a refinement as
    after it, either: there a page's rounded decoder may prefer the other.
    """
    x, y = _inputs(model, images[:count], labels[:count])
    theirs = page.evaluate(
        """([x, y]) => x.map((row, i) => {
             const { network } = explorer;
             const weights = y && Float32Array.from(y[i]);
             const { mean } = network.encode(Float32Array.from(row), weights);
             return Array.from(network.decode(mean, weights));
           })""",
        _lists(x.flatten(1), y),
    )
    with torch.no_grad():
        looks = model.looks(x, y)
        means = [model.refine(q, x, y).mean for q in looks]
        if model.refinements:
            means += [_where_it_makes_no_difference(model, q, x, y) for q in looks]
        ours = [model.decode(mean, y).mean.flatten(1) for mean in means]
    return _nearest(theirs, ours)


def _where_it_makes_no_difference(
    model: VAE, q: Independent, x: torch.Tensor, y: torch.Tensor | None
) -> torch.Tensor:
    """Codes moved by a refinement where that changes the fit by less than `_TIE`; else unmoved."""

    def logits(z: torch.Tensor, y: torch.Tensor | None) -> torch.Tensor:
        found: torch.Tensor = model.decode(z, y).base_dist.logits.flatten(1)
        return found

    moved = gaussian(stepped(logits, q.mean, x.flatten(1), y), q.base_dist.scale)
    tied = (model.fit(moved, x, y) - model.fit(q, x, y)).abs() < _TIE
    return torch.where(tied[:, None], moved.mean, model.refine(q, x, y).mean)


def posterior_error(
    page: Page,
    model: VAE,
    images: UInt8[ndarray, "n *image"],
    labels: Int[ndarray, " n"],
    count: int = _IMAGES,
) -> float:
    """Largest relative difference of a posterior's σ; of several looks the nearest counts."""
    x, y = _inputs(model, images[:count], labels[:count])
    theirs = page.evaluate(
        """([x, y]) => x.map((row, i) => Array.from(explorer.network.encode(
             Float32Array.from(row), y && Float32Array.from(y[i])).sigma))""",
        _lists(x.flatten(1), y),
    )
    with torch.no_grad():
        ours = torch.stack([q.base_dist.scale for q in model.looks(x, y)])
    return _nearest(torch.tensor(theirs) / ours, [torch.ones_like(ours[0])])


def _inputs(
    model: VAE, images: UInt8[ndarray, "n *image"], labels: Int[ndarray, " n"]
) -> tuple[torch.Tensor, torch.Tensor | None]:
    return from_dlpack(images).float() / 255, _classes(model, labels)


def _lists(values: torch.Tensor, y: torch.Tensor | None) -> list[Any]:
    """What a page can be handed."""
    return [values.tolist(), y.tolist() if y is not None else None]


def _classes(model: VAE, labels: Int[ndarray, " n"]) -> torch.Tensor | None:
    return torch.eye(model.classes)[labels] if model.conditional else None


def _nearest(theirs: Any, ours: list[torch.Tensor]) -> float:
    """Of each image the look that differs least, at most anywhere; of all images the most."""
    return float((torch.as_tensor(theirs) - torch.stack(ours)).abs().amax(-1).amin(0).max())


def _largest(theirs: Any, ours: torch.Tensor) -> float:
    return float((torch.tensor(theirs) - ours).abs().max())
