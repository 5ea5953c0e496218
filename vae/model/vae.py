"""The variational autoencoder, unconditional or conditional on the class: one class for both.

    encoder  x[, y] → q(z | x[, y]) = N(mean, diag exp(log_var))
    decoder  z[, y] → p(x | z[, y])                                prior  p(z) = N(0, I)

The decoder mirrors the encoder. A conditional model sees the class y as a one-hot vector beside the
pixels and beside the code.

Sources: Kingma & Welling 2014, arXiv:1312.6114; Sohn, Lee & Yan 2015 (conditional).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Num, UInt8
from numpy import ndarray
from torch import Tensor, nn
from torch.distributions import Independent, Normal

from vae.files.weights import MAX_LOG_VAR
from vae.model.likelihood import LIKELIHOODS
from vae.model.networks import NETWORKS, Shape

Labels = Int[Tensor, " batch"] | Float[Tensor, "batch classes"]


class VAE(nn.Module):
    """A VAE over images of any shape; `classes > 0` makes it class-conditional.

    Args:
        image_shape: H×W or H×W×C, as the data set has it.
        latent_dim: number of latent axes d.
        hidden: the encoder's widths or, of a convolutional network, its channels; the decoder has
            them in reverse.
        activation: a key of `vae.model.networks.ACTIVATIONS`.
        classes: number of classes y is drawn from; 0 for an unconditional model.
        likelihood: a key of `vae.model.likelihood.LIKELIHOODS`.
        network: a key of `vae.model.networks.NETWORKS`.
    """

    def __init__(
        self,
        image_shape: Sequence[int],
        latent_dim: int,
        hidden: Sequence[int],
        activation: str = "relu",
        classes: int = 0,
        likelihood: str = "bernoulli",
        network: str = "mlp",
    ) -> None:
        super().__init__()
        self.settings: dict[str, Any] = {
            "image_shape": list(image_shape),
            "latent_dim": latent_dim,
            "hidden": list(hidden),
            "activation": activation,
            "classes": classes,
            "likelihood": likelihood,
            "network": network,
        }
        self.image_shape = torch.Size(image_shape)
        self.latent_dim = latent_dim
        self.classes = classes
        self.likelihood = LIKELIHOODS[likelihood]
        shape = Shape(image_shape, classes, latent_dim, self.likelihood.outputs)
        self.encoder, self.decoder = NETWORKS[network](shape, hidden, activation)

    @property
    def conditional(self) -> bool:
        """Whether the model needs a class y."""
        return self.classes > 0

    def encode(self, x: Float[Tensor, "batch *image"], y: Labels | None = None) -> Independent:
        """q(z | x[, y]): batch shape (batch,), event shape (latent_dim,)."""
        mean, log_var = self.encoder(self._with_class(x.flatten(1), y)).float().chunk(2, dim=-1)
        scale = (0.5 * log_var.clamp(max=MAX_LOG_VAR)).exp()
        return Independent(Normal(mean, scale, validate_args=False), 1)

    def decode(
        self, z: Float[Tensor, "*samples batch latent"], y: Labels | None = None
    ) -> Independent:
        """p(x | z[, y]): batch shape (*samples, batch), event shape `image_shape`.

        A float y of shape (batch, classes) holds class weights: a path from one class to another.
        """
        inputs = self._with_class(z, y)
        outputs = self.decoder(inputs.flatten(0, -2)).unflatten(0, inputs.shape[:-1])
        pixels = outputs.unflatten(-1, (*self.image_shape, self.likelihood.outputs))
        return self.likelihood.distribution(pixels, len(self.image_shape))

    def observe(self, images: UInt8[Tensor, "n *image"], seed: int) -> Float[Tensor, "n *image"]:
        """What this model sees of a whole set of images, a function of the seed."""
        torch.manual_seed(seed)
        return self.likelihood.observe(self.likelihood.prepare(images))

    def _with_class(self, inputs: Tensor, y: Labels | None) -> Tensor:
        if not self.conditional:
            if y is not None:
                raise ValueError("this model is not conditional: it takes no class y")
            return inputs
        if y is None:
            raise ValueError(f"this model is conditional on {self.classes} classes: give y")
        if not y.is_floating_point():
            y = nn.functional.one_hot(y.long(), self.classes)
        y = y.to(inputs.dtype).expand(*inputs.shape[:-1], -1)
        return torch.cat([inputs, y], dim=-1)


def decode_arrays(
    model: VAE, z: Num[ndarray, "n latent"], y: Num[ndarray, "n *classes"] | None = None
) -> Independent:
    """p(x | z[, y]) for arrays of codes; y holds classes or class weights."""
    device = next(model.parameters()).device
    codes = torch.as_tensor(z, dtype=torch.float32, device=device)
    with torch.no_grad():
        if y is None:
            return model.decode(codes)
        weights = y.astype(np.float32) if y.ndim == 2 else y
        return model.decode(codes, torch.as_tensor(weights, device=device))


def decode_mean(
    model: VAE, z: Num[ndarray, "*batch latent"], y: Num[ndarray, "..."] | None = None
) -> Float32[ndarray, "..."]:
    """E[x | z[, y]] in [0, 1]; a y has the batch shape of z, with weights one axis more."""
    batch = z.shape[:-1]
    if y is not None:
        y = y.reshape(-1, *y.shape[len(batch) :])
    mean = decode_arrays(model, z.reshape(-1, model.latent_dim), y).mean
    return mean.reshape(*batch, *model.image_shape).cpu().numpy()
