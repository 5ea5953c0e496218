"""Observation models p(x | z): what a model sees of an image, and its distribution given z.

    bernoulli             scale G   grey pixels in [0, 1]
    dynamic-bernoulli     scale D   0 or 1, drawn anew each time
    static-bernoulli      scale S   0 or 1, drawn once for each image
    continuous-bernoulli  density   grey pixels with dequantising noise, in [0, 1]
    gaussian              density   the same; the decoder gives a mean and a log-deviation
    discretised-logistic  levels    one of 256 levels; the decoder gives a mean and a log-scale

In nats, summed over pixels and their channels. Compare numbers only within a scale. On D and S a
pixel is 1 with the probability that its grey level says (Salakhutdinov & Murray 2008 drew so once,
for S; ours is another such draw). Scale G, which most tutorials train on, is no likelihood:

    log p(x | z) = Σ_pixels x log π + (1 − x) log(1 − π),   π = sigmoid(logit)

cannot exceed −H(x), the negative entropy of the image itself (`entropy`). Densities are those
of (level + u) / 256 with u ~ U[0, 1): without that noise a density could grow without bound. On
the scale "levels", as on D and S, p is a probability and no noise is needed; nats / (values · ln 2)
are the bits per dimension in which colour images are compared, values = height · width · channels.

Sources: Kingma & Welling 2014, appendix C; Loaiza-Ganem & Cunningham 2019, arXiv:1907.06845
(continuous Bernoulli); Theis, van den Oord & Bethge 2016, arXiv:1511.01844 (dequantising).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.distributions import Bernoulli, Distribution, Independent, Normal
from torch.nn.functional import softplus

from vae.model.discretised import DiscretisedLogistic

# The product of this many factors in [½, 1] stays far above the smallest float32 (2⁻¹²⁶).
_FACTORS = 64

MIN_LOG_STD = -math.log(256)
"""A Gaussian pixel's σ is at least one grey level: a pixel that never changes would else be given
an ever narrower density."""
_MIN_LOG_SCALE = -math.log(4 * 255)
"""A logistic's s is at least a quarter of a level, which puts 0.96 of it into one bin."""

_STATIC_SEED = 0


def softplus_sum(logits: Float[Tensor, "*batch pixels"]) -> Float[Tensor, "*batch"]:
    """Σ log(1 + exp(logit)) over the last axis, in nats.

    log(1 + eˡ) = max(l, 0) − log sigmoid(|l|), and a sum of logarithms is the logarithm of a
    product: one `log` for every 64 pixels. On a CPU this is several times faster than
    `torch.nn.functional.softplus`, whose cost would otherwise dominate training and evaluation.
    """
    sigmoid = logits.abs().sigmoid_()
    whole = sigmoid.shape[-1] // _FACTORS * _FACTORS
    head = sigmoid[..., :whole].unflatten(-1, (-1, _FACTORS)).prod(-1).log_().sum(-1)
    return logits.clamp(min=0).sum(-1) - head - sigmoid[..., whole:].prod(-1).log_()


class _BernoulliLogProb(torch.autograd.Function):
    """Σ x·logit − log(1 + exp(logit)), with its own derivative x − sigmoid(logit)."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, x: Tensor) -> Tensor:
        ctx.save_for_backward(logits, x)
        return (x * logits).sum(-1) - softplus_sum(logits)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None]:
        logits, x = ctx.saved_tensors
        return (x - logits.sigmoid()).mul_(grads[0].unsqueeze(-1)), None


class PixelBernoulli(Independent):
    """Independent Bernoulli pixels, with a `log_prob` that also takes grey x in [0, 1].

    Batch shape is that of the codes, event shape that of an image; `mean`, `sample` and so on are
    those of `torch.distributions`.
    """

    def __init__(self, logits: Float[Tensor, "*batch_and_image"], image_dims: int) -> None:
        base = Bernoulli(logits=logits.float(), validate_args=False)
        super().__init__(base, image_dims, validate_args=False)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log p(x | z) in nats, summed over the image; `value` broadcasts against the logits."""
        dims = self.reinterpreted_batch_ndims
        logits = self.base_dist.logits.flatten(-dims)
        x = value.flatten(-dims).expand_as(logits)
        result: Tensor = _BernoulliLogProb.apply(logits, x)
        return result

    def log_prob_each(
        self, value: Float[Tensor, "n *image"], log_weight: Float[Tensor, " codes"]
    ) -> Float[Tensor, "n codes"]:
        """Log p(x_i | z_j) + log_weight_j of every image under every code of a batch, in nats.

        One matrix product, in float32 whatever is autocast: bfloat16 would round to whole nats.
        """
        logits = self.base_dist.logits.flatten(1)
        black: Tensor = _BernoulliLogProb.apply(logits, torch.zeros_like(logits))
        with torch.autocast(logits.device.type, enabled=False):
            return torch.addmm(log_weight + black, value.flatten(1), logits.T)


class ContinuousBernoulli(Distribution):
    """Pixels x ∈ [0, 1] with density exp(l·x) · l / (eˡ − 1), where l is the logit.

    torch.distributions' own bounds |l| by about 16, and so the mean by 0.063 and 0.937: black and
    white pixels want l near ±500. Source: Loaiza-Ganem & Cunningham 2019.
    """

    arg_constraints = {}  # noqa: RUF012

    def __init__(self, logits: Float[Tensor, "*batch"]) -> None:
        self.logits = logits
        super().__init__(logits.shape, validate_args=False)

    @property
    def _away(self) -> tuple[Tensor, Tensor]:
        """Where l is so near 0 that series must serve, and l kept away from there."""
        near = self.logits.abs() < 0.05
        return near, self.logits.where(~near, 1.0)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """l·x − log(1 + eˡ) + log(l / tanh(l/2)), in nats."""
        near, away = self._away
        series = math.log(2) + self.logits.square() / 12
        normaliser = series.where(near, (away / (away / 2).tanh()).log())
        return self.logits * value - softplus(self.logits) + normaliser

    @property
    def mean(self) -> Float[Tensor, "*batch"]:
        """E[x] = 1 / (1 − e⁻ˡ) − 1/l."""
        near, away = self._away
        return (0.5 + self.logits / 12).where(near, 1 / -torch.expm1(-away) - 1 / away)

    def sample(self, sample_shape: Sequence[int] = ()) -> Float[Tensor, "..."]:
        """The inverse distribution function of even noise: log(1 + u·(eˡ − 1)) / l."""
        near, away = self._away
        u = torch.rand(torch.Size(sample_shape) + self.logits.shape, device=self.logits.device)
        # of a positive l by its mirror image, whose exponential is small
        mirrored = (u * torch.expm1(-away.abs())).log1p() / -away.abs()
        return u.where(near, mirrored.where(away < 0, 1 - mirrored))


def _bernoulli(outputs: Float[Tensor, "*batch_and_image 1"], image_dims: int) -> PixelBernoulli:
    return PixelBernoulli(outputs.squeeze(-1), image_dims)


def _continuous_bernoulli(
    outputs: Float[Tensor, "*batch_and_image 1"], image_dims: int
) -> Independent:
    base = ContinuousBernoulli(outputs.squeeze(-1).float())
    return Independent(base, image_dims, validate_args=False)


def _gaussian(outputs: Float[Tensor, "*batch_and_image 2"], image_dims: int) -> Independent:
    mean, log_std = outputs.float().unbind(-1)
    base = Normal(mean.sigmoid(), _at_least(log_std, MIN_LOG_STD).exp(), validate_args=False)
    return Independent(base, image_dims, validate_args=False)


def _discretised_logistic(
    outputs: Float[Tensor, "*batch_and_image 2"], image_dims: int
) -> Independent:
    """Of a mean beyond 0 or 1 nearly all is in the outermost level, as in a black background.

    At outputs of 0 it has the mean and the deviation of an even distribution. Each value has a
    scale of its own, not each channel: a decoder is sure of a plain area, and unsure along an edge.
    """
    mean, log_scale = outputs.float().unbind(-1)
    log_scale = _at_least(log_scale - math.log(2 * math.pi), _MIN_LOG_SCALE)
    base = DiscretisedLogistic(0.5 + mean, log_scale)
    return Independent(base, image_dims, validate_args=False)


def _at_least(value: Float[Tensor, "*shape"], least: float) -> Float[Tensor, "*shape"]:
    """The value, bent smoothly so that it stays above a bound."""
    return least + softplus(value - least)


def _grey(images: UInt8[Tensor, "n *image"]) -> Float[Tensor, "n *image"]:
    return images.float().div_(255)


def _binarised(images: UInt8[Tensor, "n *image"]) -> Float[Tensor, "n *image"]:
    # a level is above an even draw from 0 … 254 with probability level / 255
    return torch.empty_like(images).random_(0, 255).lt(images).float()


def _dequantised(images: UInt8[Tensor, "n *image"]) -> Float[Tensor, "n *image"]:
    return images.float().add_(torch.rand(images.shape, device=images.device)).div_(256)


def _unchanged(images: UInt8[Tensor, "n *image"]) -> UInt8[Tensor, "n *image"]:
    return images


def _binarised_once(images: UInt8[Tensor, "n *image"]) -> UInt8[Tensor, "n *image"]:
    generator = torch.Generator().manual_seed(_STATIC_SEED)
    draw = torch.empty(images.shape, dtype=torch.uint8).random_(0, 255, generator=generator)
    return draw.to(images.device).lt(images).byte() * 255


class Likelihood(NamedTuple):
    """One row of the table above."""

    outputs: int
    """A decoder's numbers for each pixel."""
    distribution: Callable[[Tensor, int], Independent]
    """From a decoder's outputs, pixel's numbers last, and the number of image axes."""
    observe: Callable[[Tensor], Tensor]
    """Levels 0–255 as x, with noise from torch's own generator."""
    prepare: Callable[[Tensor], Tensor] = _unchanged
    """Applied once to a whole set of images, in its order, before any batch is observed."""
    scale: Literal["G", "D", "S", "density", "levels"] = "density"

    @property
    def of_bernoulli(self) -> bool:
        """Whether pixels are Bernoulli variables: their entropy is a floor, a logit all of them."""
        return self.scale in ("G", "D", "S")


LIKELIHOODS = {
    "bernoulli": Likelihood(1, _bernoulli, _grey, scale="G"),
    "dynamic-bernoulli": Likelihood(1, _bernoulli, _binarised, scale="D"),
    "static-bernoulli": Likelihood(1, _bernoulli, _grey, _binarised_once, scale="S"),
    "continuous-bernoulli": Likelihood(1, _continuous_bernoulli, _dequantised),
    "gaussian": Likelihood(2, _gaussian, _dequantised),
    "discretised-logistic": Likelihood(2, _discretised_logistic, _grey, scale="levels"),
}


def entropy(x: Float[Tensor, "n *image"]) -> Float[Tensor, " n"]:
    """H(x) of grey images read as Bernoulli means, in nats.

    −log p(x | z) on scale G cannot be lower; it is 0 for binary images.
    """
    x = x.double()
    nats = -(torch.xlogy(x, x) + torch.xlogy(1 - x, 1 - x))
    return nats.flatten(1).sum(1)
