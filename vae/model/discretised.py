"""The discretised logistic: a distribution over the 256 levels of a value.

    p(x) = σ((x + h − μ) / s) − σ((x − h − μ) / s),   x = level / 255,   h = 1 / 510

A logistic density of mean μ and scale s, summed over each level's own bin; the bins of the lowest
and of the highest level reach to −∞ and ∞, so the 256 probabilities add up to one whatever μ and s.

Sources: Kingma et al. 2016, arXiv:1606.04934 (appendix); Salimans et al. 2017, arXiv:1701.05517.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution
from torch.nn.functional import logsigmoid, softplus

_HALF = 1 / 510
"""Of a bin."""


class DiscretisedLogistic(Distribution):
    """Values x ∈ {0, 1/255, …, 1}, each with a μ and a log s of its own."""

    arg_constraints = {}  # noqa: RUF012

    def __init__(self, loc: Float[Tensor, "*batch"], log_scale: Float[Tensor, "*batch"]) -> None:
        self.loc, self.log_scale = loc, log_scale
        super().__init__(loc.shape, validate_args=False)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log p(x), in nats.

        σ(a) − σ(b) = σ(a) σ(−b) (1 − exp(b − a)), a product whose logarithm loses no digits however
        far in a tail a level lies. Of the outermost levels one factor is left.
        """
        rate = (-self.log_scale).exp()
        centred = value - self.loc
        below = logsigmoid(rate * (centred + _HALF))
        above = logsigmoid(rate * (_HALF - centred))
        inside = below + above + (-torch.expm1(-2 * _HALF * rate)).log()
        return below.where(value < _HALF, above.where(value > 1 - _HALF, inside))

    @property
    def mean(self) -> Float[Tensor, "*batch"]:
        """E[x], to a tenth of a level if s is at least a quarter of a level.

        E[x] = 1/255 Σ_k σ((μ − (k − ½) / 255) / s) over k = 1 … 255: the midpoint rule of an
        integral over [0, 1] that is s · (softplus(μ / s) − softplus((μ − 1) / s)).
        """
        scale = self.log_scale.exp()
        low, high = softplus(self.loc / scale), softplus((self.loc - 1) / scale)
        return (scale * (low - high)).clamp(0, 1)

    def sample(self, sample_shape: Sequence[int] = ()) -> Float[Tensor, "..."]:
        """A draw of the logistic, at the level in whose bin it falls."""
        u = torch.rand(torch.Size(sample_shape) + self.loc.shape, device=self.loc.device)
        levels = (255 * (self.loc + self.log_scale.exp() * u.logit())).round()
        return levels.clamp(0, 255) / 255
