"""The model: p(z), p(x | z) and q(z | x), their networks, and the file that holds them."""

from vae.model import checkpoint
from vae.model.likelihood import LIKELIHOODS
from vae.model.vae import VAE, Labels, by_class, decode_arrays, decode_mean

__all__ = [
    "LIKELIHOODS",
    "VAE",
    "Labels",
    "by_class",
    "checkpoint",
    "decode_arrays",
    "decode_mean",
]
