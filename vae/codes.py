"""The codes of a data set: what the encoder says of each image, and measures on them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Float32, Int
from numpy import ndarray

from vae.files import InputError, records
from vae.files.dataset import LabelledImages


class Codes(NamedTuple):
    """The posteriors q(z | x) = N(mean, diag exp(log_var)) of N images, in their order."""

    mean: Float32[ndarray, "n latent"]
    log_var: Float32[ndarray, "n latent"]
    sample: Float32[ndarray, "n latent"]
    """One draw z ~ q(z | x) for each image."""
    label: Int[ndarray, " n"]
    """The images' classes."""

    @property
    def latent_dim(self) -> int:
        """Number of latent axes."""
        return self.mean.shape[1]

    def save(self, path: Path) -> None:
        """Write an .npz; see `vae.files.records.save`."""
        records.save(self, path)

    @classmethod
    def load(cls, path: Path, of: LabelledImages | None = None) -> "Codes":
        """Read what `save` wrote: codes of these images, if they are at hand.

        Raises:
            InputError: as `vae.files.records.load`, or they are codes of other images.
        """
        codes = records.load(cls, path)
        if of is not None and not np.array_equal(codes.label, of.y):
            raise InputError(f"{path} holds codes of other images than these; make it again")
        return codes


def kl(codes: Codes) -> Float[ndarray, "n latent"]:
    """KL(N(mean, exp(log_var)) ‖ N(0, 1)) of every image and latent axis, in nats.

    Source: Kingma & Welling 2014, appendix B.
    """
    mean, log_var = codes.mean.astype(np.float64), codes.log_var.astype(np.float64)
    return np.asarray(0.5 * (mean**2 + np.exp(log_var) - log_var - 1))


def kl_by_axis(codes: Codes) -> Float[ndarray, " latent"]:
    """KL(q(z_i | x) ‖ p(z_i)) of every latent axis, mean over images, in nats."""
    return np.asarray(kl(codes).mean(axis=0))


def active(codes: Codes, threshold: float) -> Bool[ndarray, " latent"]:
    """Whether each latent axis is used: its posterior mean varies over the data beyond `threshold`.

    Source: Burda et al. 2016, appendix C: Var_x(E_q[z]) > 0.01.
    """
    return np.asarray(codes.mean.astype(np.float64).var(axis=0) > threshold)


def most_frequent(label: Int[ndarray, " n"], count: int) -> Int[ndarray, " classes"]:
    """The `count` classes with the most images, in their own order; of equals the first.

    >>> most_frequent(np.array([4, 1, 1, 7, 4, 0, 4]), 2)
    array([1, 4])
    """
    present, sizes = np.unique(label, return_counts=True)
    return np.sort(present[(-sizes).argsort(kind="stable")[:count]])


def posterior_std(codes: Codes) -> Float[ndarray, " n"]:
    """σ of every image: the geometric mean of its posterior's standard deviations."""
    return np.asarray(np.exp(0.5 * codes.log_var.astype(np.float64).mean(axis=1)))
