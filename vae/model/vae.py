"""The variational autoencoder, unconditional or conditional on the class: one class for both.

    encoder  x[, y] → q(z | x[, y]) = N(mean, diag exp(log_var))
    decoder  z[, y] → p(x | z[, y])                                prior  p(z) = N(0, I)

The decoder mirrors the encoder. A conditional model sees the class y as a one-hot vector beside the
pixels and beside the code.

An encoder that errs names a wrong place with confidence, and a small shift of the image often makes
it find the right one. So in evaluation mode it also looks at copies of x that are shifted by up to
`shifts` pixels down and to the right; each look proposes a Gaussian q_s, and

    q(z | x[, y]) = the q_s of largest log p(x | mean_s[, y]) − KL(q_s ‖ p(z))

which asks of each how well it explains x itself. A code of many axes is near its place and seldom
just there, so `refinements` times its mean takes a Gauss–Newton step towards the posterior's mode
(`vae.model.newton`), where that makes the same sum larger. Either way q is a function of x, so the
ELBO stays a bound, and no training changes. The middle way between one look and an optimisation for
each image.

Sources: Kingma & Welling 2014, arXiv:1312.6114; Sohn, Lee & Yan 2015 (conditional); Cremer, Li &
Duvenaud 2018, arXiv:1801.03558 (what one encoder for all images costs); Krizhevsky, Sutskever &
Hinton 2012 (shifted looks at test time).
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32, Int, Num, UInt8
from numpy import ndarray
from torch import Tensor, nn
from torch.distributions import Independent, Normal, kl_divergence

from vae.files.errors import InputError
from vae.files.weights import MAX_LOG_VAR
from vae.model import newton
from vae.model.likelihood import LIKELIHOODS
from vae.model.networks import NETWORKS, Shape

Labels = newton.Labels


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
        shifts: the encoder's looks are moved by up to so many pixels, (2·shifts + 1)² of them; 0
            for one look.
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
        shifts: int = 0,
        refinements: int = 0,
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
        if shifts:  # a model of one look keeps the bytes that it had before there were more
            self.settings["shifts"] = shifts
        if refinements:
            self.settings["refinements"] = refinements
        self.image_shape = torch.Size(image_shape)
        self.latent_dim = latent_dim
        self.classes = classes
        self.shifts = shifts
        self.refinements = refinements
        self.likelihood = LIKELIHOODS[likelihood]
        if refinements and not self.likelihood.of_bernoulli:
            raise InputError(f"refinements need Bernoulli pixels, here they are {likelihood}")
        shape = Shape(image_shape, classes, latent_dim, self.likelihood.outputs)
        self.encoder, self.decoder = NETWORKS[network](shape, hidden, activation)

    @property
    def conditional(self) -> bool:
        """Whether the model needs a class y."""
        return self.classes > 0

    def encode(self, x: Float[Tensor, "batch *image"], y: Labels | None = None) -> Independent:
        """q(z | x[, y]): batch shape (batch,), event shape (latent_dim,).

        In training mode always that of one look.
        """
        if self.training:
            return self._look(x, y)
        return self.refine(self._best_look(x, y) if self.shifts else self._look(x, y), x, y)

    def _best_look(self, x: Float[Tensor, "batch *image"], y: Labels | None) -> Independent:
        looks = self.looks(x, y)
        best = torch.stack([self.fit(q, x, y) for q in looks]).argmax(0)
        rows = torch.arange(len(x), device=x.device)
        mean, scale = (
            torch.stack([getattr(q.base_dist, name) for q in looks])[best, rows]
            for name in ("loc", "scale")
        )
        return gaussian(mean, scale)

    def refine(
        self, q: Independent, x: Float[Tensor, "batch *image"], y: Labels | None = None
    ) -> Independent:
        """The Gaussian with its mean moved, step by step, wherever that explains x better."""
        mean, scale = q.base_dist.loc, q.base_dist.scale
        for _ in range(self.refinements):
            moved = gaussian(newton.stepped(self._logits, mean, x.flatten(1), y), scale)
            better = self.fit(moved, x, y) > self.fit(gaussian(mean, scale), x, y)
            mean = torch.where(better[:, None], moved.mean, mean)
        return gaussian(mean, scale)

    def _logits(self, z: Tensor, y: Labels | None) -> Tensor:
        logits: Tensor = self.decode(z, y).base_dist.logits
        return logits.flatten(1)

    def looks(self, x: Float[Tensor, "batch *image"], y: Labels | None = None) -> list[Independent]:
        """The Gaussians q_s that x and its shifted copies propose, (2·shifts + 1)² of them."""
        moves = product(range(-self.shifts, self.shifts + 1), repeat=2)
        return [self._look(x.roll(move, (1, 2)), y) for move in moves]

    def _look(self, x: Float[Tensor, "batch *image"], y: Labels | None) -> Independent:
        mean, log_var = self.encoder(self._with_class(x.flatten(1), y)).float().chunk(2, dim=-1)
        return gaussian(mean, (0.5 * log_var.clamp(max=MAX_LOG_VAR)).exp())

    @torch.no_grad()
    def fit(
        self, q: Independent, x: Float[Tensor, "batch *image"], y: Labels | None = None
    ) -> Float[Tensor, " batch"]:
        """Log p(x | mean[, y]) − KL(q ‖ p(z)), in nats: q's ELBO with one code in place of all."""
        kl = kl_divergence(q.base_dist, Normal(0.0, 1.0)).sum(-1)
        fit: Tensor = self.decode(q.mean, y).log_prob(x) - kl
        return fit

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


def gaussian(mean: Float[Tensor, "*batch d"], scale: Float[Tensor, "*batch d"]) -> Independent:
    """N(mean, diag scale²), event shape (d,)."""
    return Independent(Normal(mean, scale, validate_args=False), 1)


def by_class(
    y: Int[Tensor, " n"] | None, images: Int[Tensor, " some"]
) -> Iterator[tuple[Int[Tensor, " 1"] | None, Int[Tensor, " members"]]]:
    """Each class that occurs among some images, with its members; without classes, all of them."""
    if y is None:
        yield None, images
        return
    labels = y[images]
    for label in labels.unique():
        yield label[None], images[labels == label]


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
