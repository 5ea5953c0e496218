"""A training as a film: what the model made of the same images and codes at some of its moments."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float16, Int, UInt8
from numpy import ndarray

from vae.latent import quantile_grid, quantile_midpoints


class Film(NamedTuple):
    """What a model of a latent plane made of test images and of codes, moment by moment."""

    step: Int[ndarray, " moments"]
    """Steps of the training that were done; see `vae.moments`."""
    mean: Float16[ndarray, "moments n 2"]
    """Posterior means of n test images."""
    label: Int[ndarray, " n"]
    """Their classes."""
    reconstruction: Float[ndarray, " moments"]
    """E_q[log p(x | z)] of those images, one sample each, in nats."""
    kl: Float[ndarray, " moments"]
    """KL(q(z | x) ‖ p(z)) of those images, in nats."""
    pictures: UInt8[ndarray, "moments rows columns *image"]
    """What the codes of `places` are decoded to."""
    columns: Int[ndarray, " classes"]
    """The class of each column of a conditional model; none for any other."""

    @property
    def loss(self) -> Float[ndarray, " moments"]:
        """The −ELBO of those images, in nats."""
        return self.kl - self.reconstruction


def columns(n: int, classes: int) -> Int[ndarray, " columns"]:
    """The classes of the columns of `places`: n of them at most, evenly chosen."""
    return np.linspace(0, classes - 1, min(n, classes)).astype(int)


def places(
    n: int, classes: int
) -> tuple[Float[ndarray, "rows columns 2"], Int[ndarray, "rows columns"] | None]:
    """The codes that are decoded at every moment and, of a conditional model, their classes.

    Without classes they are the quantile grid n×n. With classes a column has one class, and a row
    one code: z₁ is 0, and z₂ falls from row to row as in the grid.
    """
    if not classes:
        return quantile_grid(n), None
    label = columns(n, classes)
    z2 = quantile_midpoints(n)[::-1, None].repeat(len(label), axis=1)
    return np.stack([np.zeros_like(z2), z2], axis=-1), np.broadcast_to(label, z2.shape)
