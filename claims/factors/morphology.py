"""What can be measured of an image's shape: ink, lean and stroke, without a label or a model.

    area       ink: pixels above half of the brightest                     pixels
    slant      arctan(−μ₁₁ / μ₀₂), the shear that stands the ink upright   radians, right is > 0
    thickness  4 × the mean distance of the ink to its nearest edge        pixels
    width      of the parallelogram at that slant around the ink           pixels
    height     its height                                                  pixels

μ are central moments of the ink, y downwards. The parallelogram leaves out 1 % of the ink beyond
each of its sides. All is measured after a bilinear enlargement: strokes are few pixels wide.

These are the factors of Morpho-MNIST without the length of the stroke's skeleton, and but for the
thickness: there it is twice the mean distance along that skeleton. In a long stroke of thickness t
the distance to the edge runs evenly from 0 to t/2, and its mean is t/4, which needs no skeleton; on
MNIST the two correlate by 0.99.
A bar of length l comes out at t · (1 − t / 3l), a disc at ⅔ of its diameter; a leaning stroke some
0.2 pixels thinner than an upright one, for its edge has stairs.

Source: Castro et al. 2019, Journal of Machine Learning Research 20:178, arXiv:1809.10780.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, UInt8
from numpy import ndarray
from scipy.ndimage import distance_transform_edt, zoom

_SCALE = 4
_OUTSIDE = 0.02  # share of the ink that lies to the left and right, or above and below


class Factors(NamedTuple):
    """The shape of N images, in their order."""

    area: Float[ndarray, " n"]
    """Ink, in pixels."""
    slant: Float[ndarray, " n"]
    """Lean to the right, in radians."""
    thickness: Float[ndarray, " n"]
    """Of the stroke, in pixels."""
    width: Float[ndarray, " n"]
    """Along a row, at that slant, in pixels."""
    height: Float[ndarray, " n"]
    """In pixels."""


def measure(images: UInt8[ndarray, "n height width *channels"]) -> Factors:
    """The factors of every image, bright on dark; of a coloured one, of its mean over channels.

    The darkest pixel of an image is its ground. An image of one shade has no ink: all its factors
    are 0, and so is the slant, which it does not have.
    """
    grey = images.reshape(*images.shape[:3], -1).mean(axis=-1)
    return Factors(*np.array([_measure(image) for image in grey]).T)


def _measure(grey: Float[ndarray, "height width"]) -> tuple[float, ...]:
    ground = np.pad(grey - grey.min(), 1)  # so that ink at the border has an edge there
    ink = zoom(ground, _SCALE, order=1, mode="nearest", grid_mode=True)
    if not ink.any():
        return (0.0,) * len(Factors._fields)
    y, x = np.indices(ink.shape)
    y, x = y - np.average(y, weights=ink), x - np.average(x, weights=ink)
    shear = -(x * y * ink).sum() / (y * y * ink).sum()
    stroke = ink > ink.max() / 2
    # to the centre of the nearest pixel of the ground: half a pixel beyond the edge
    distance = distance_transform_edt(stroke)[stroke] - 0.5
    return (
        stroke.sum() / _SCALE**2,
        np.arctan(shear),
        4 * distance.mean() / _SCALE,
        _extent(x + shear * y, ink) / _SCALE,
        _extent(y, ink) / _SCALE,
    )


def _extent(places: Float[ndarray, "h w"], ink: Float[ndarray, "h w"]) -> float:
    """Length of the interval that leaves out half of `_OUTSIDE` at each end, in enlarged pixels."""
    # rounded first, so that a column of pixels does not straddle two bins by the last digit
    bins = np.floor((places - places.min()).round(6)).astype(int)
    below = np.append(0, np.bincount(bins.ravel(), ink.ravel()).cumsum())
    ends = np.array([_OUTSIDE / 2, 1 - _OUTSIDE / 2]) * below[-1]
    low, high = np.interp(ends, below, np.arange(len(below)))
    return float(high - low)
