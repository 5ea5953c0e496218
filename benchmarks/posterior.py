"""The exact posterior of an explorer in a browser: how soon, how fast, how true to quadrature."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int, UInt8
from numpy import ndarray
from playwright.sync_api import Page
from torch import Tensor

from vae.gaps import points
from vae.model import VAE
from vae.quadrature import log_likelihood

_IMAGES = 200
_LIMIT, _FINER = 6.0, 1.5  # of the grid beside it: finer than its error needs


@dataclass(frozen=True)
class Posterior:
    """What was measured of the exact posterior of test images."""

    first_ms: float
    """From when the page is ready to its first result, with the plane to be decoded."""
    image_ms: float
    """Median of an image, the plane decoded."""
    error: float
    """Largest difference of log p(x) from `vae.quadrature`'s, in nats."""


def measure(
    page: Page, model: VAE, images: UInt8[ndarray, "n *image"], labels: Int[ndarray, " n"]
) -> Posterior:
    """The exact log p(x) of images that are spread over the test set, beside a fine grid's.

    The page has studied its first image.
    """
    ready, first = (
        float(page.evaluate(f"document.body.dataset.{name}")) for name in ("ready", "exact")
    )
    some = np.linspace(0, len(images) - 1, min(_IMAGES, len(images)), dtype=int)
    x, y = torch.from_numpy(images[some]).float() / 255, torch.from_numpy(labels[some])
    found, *_, times = study(page, x, y).T
    exact = _exact(model, x, y if model.conditional else None)
    return Posterior(first - ready, float(np.median(times)), float(np.abs(found - exact).max()))


def study(page: Page, x: Float[Tensor, "n *image"], y: Int[Tensor, " n"]) -> Float[ndarray, "n 4"]:
    """What a page finds of images.

    Returns:
        log p(x), the ELBO of the encoder's q and that of the best Gaussian, in nats, and the
        milliseconds that all this took.
    """
    found = page.evaluate(
        """([images, labels]) => {
             const { network, data, oneHot } = explorer;
             const planes = new Map();
             return images.map((row, i) => {
               const [k, x] = [data.conditional ? labels[i] : null, Float32Array.from(row)];
               if (!planes.has(k)) planes.set(k, lattice(network, oneHot(k), data.reach));
               planes.get(k).fill(Infinity);
               const start = performance.now();
               const { logLikelihood, elbo, best } = exactly(network, planes.get(k), x, oneHot(k));
               return [logLikelihood, elbo, best.elbo, performance.now() - start];
             });
           }""",
        [x.flatten(1).tolist(), y.tolist()],
    )
    return np.array(found)


@torch.no_grad()
def _exact(model: VAE, x: Tensor, y: Tensor | None) -> Float[ndarray, " n"]:
    narrowest = model.encode(x, y).base_dist.scale.min().item()
    return log_likelihood(model, x, y, points(narrowest / _FINER, _LIMIT), _LIMIT).numpy()
