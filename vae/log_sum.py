"""Exponentials of logarithms that lie far apart, as those of posteriors do.

Where float32 ends, at e⁻⁸⁷, some CPUs take sixty times as long for an exponential, and ten times
for the products of what comes of it. Here what is below e⁻⁶⁰ of the largest counts as e⁻⁶⁰ of it:
in float32 no sum of fewer than 10¹⁸ terms tells the difference.
"""

from jaxtyping import Float
from torch import Tensor

_LEAST = -60.0


def exp_(x: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch"]:
    """exp(x) of x ≤ 0, in its place."""
    return x.clamp_(min=_LEAST).exp_()


def log_sum_exp_(x: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch"]:
    """Log Σ exp(x) over the last axis; x is overwritten."""
    top = x.amax(-1, keepdim=True)
    total: Tensor = exp_(x.sub_(top)).sum(-1).log_() + top[..., 0]
    return total
