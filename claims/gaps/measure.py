"""What the ELBO misses of log p(x), as measured of one model: quadrature beside estimates."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


class GapSummary(NamedTuple):
    """The gap of some images in two parts, and estimates of log p(x) beside its exact value.

    In nats; the parts are those of `vae.gaps`. This is the record of the claim.
    """

    approximation: Float[ndarray, " n"]
    """log p(x) − ELBO(q*) of each image."""
    amortisation: Float[ndarray, " n"]
    """ELBO(q*) − ELBO(q) of each image."""
    label: Int[ndarray, " n"]
    """The images' classes."""
    exact: float
    """Mean log p(x), by quadrature."""
    grid: int
    """Codes on each axis of that sum."""
    ks: Int[ndarray, " estimates"]
    """Numbers of importance samples."""
    estimates: Float[ndarray, " estimates"]
    """Mean importance-weighted log p(x) with each."""
    errors: Float[ndarray, " estimates"]
    """Their standard errors, of the draw of samples; NaN for one sample, which has no spread."""
    defensive: Float[ndarray, " estimates"]
    """Mean estimates by defensive sampling: as many samples, a share of them from the prior (of
    one sample, none); see `vae.evaluation.importance`."""
    prior_share: float
    """That share."""
    all_images: int
    """Of the whole test set."""
    all_exact: float
    """Mean log p(x) over it, by quadrature."""
    all_defensive: float
    """And as estimated by the most samples, a share of them from the prior."""

    @property
    def gap(self) -> float:
        """Mean log p(x) − ELBO(q)."""
        return float((self.approximation + self.amortisation).mean())

    def worst(self, share: float) -> float:
        """Share of the whole gap that this share of the images, those of largest gap, hold."""
        gaps = np.sort(self.approximation + self.amortisation)[::-1]
        return float(gaps[: max(1, round(share * len(gaps)))].sum() / gaps.sum())

    def metrics(self) -> dict[str, object]:
        """The means, as a metrics file has them."""
        ks = [str(k) for k in self.ks]
        defensive = dict(zip(ks, self.defensive.tolist(), strict=True))
        defensive.pop("1", None)  # a single sample is from q
        return {
            "log_likelihood": self.exact,
            "approximation": float(self.approximation.mean()),
            "amortisation": float(self.amortisation.mean()),
            "grid": self.grid,
            "estimates": dict(zip(ks, self.estimates.tolist(), strict=True)),
            "with_prior": defensive,
            "test_set": {"log_likelihood": self.all_exact, "with_prior": self.all_defensive},
        }
