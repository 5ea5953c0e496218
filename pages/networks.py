"""What a page needs to run a model's networks, as pages/explorer/network.js reads it."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.special import ndtr

from vae.files.weights import MAX_LOG_VAR, Weights

_CDF_SPAN, _CDF_STEPS = 8, 1024


def cdf() -> Float[ndarray, " steps"]:
    """Φ, the standard normal's distribution function, at even steps up to 0."""
    return ndtr(np.linspace(-_CDF_SPAN, 0, _CDF_STEPS + 1)).astype(np.float32)


def settings(model: Weights) -> dict[str, Any]:
    """What is to be known of the networks beside their weights and `cdf`."""
    return {
        "cdfSpan": _CDF_SPAN,
        "maxLogVar": MAX_LOG_VAR,
        "activation": model.settings["activation"],
        "shifts": model.settings.get("shifts", 0),
        "refinements": model.settings.get("refinements", 0),
    }
