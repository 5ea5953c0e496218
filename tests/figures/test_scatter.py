"""The scatter of codes, read from its artists."""

import numpy as np

from vae import latent


def test_the_scatter_shows_means_beside_samples_and_their_twin_in_probability(planes, codes):
    offsets = [axes.collections[0].get_offsets() for axes in planes["scatter"].axes]
    np.testing.assert_allclose(offsets[0], codes.mean)
    np.testing.assert_allclose(offsets[2], codes.sample)
    np.testing.assert_allclose(offsets[1], latent.to_unit_square(codes.mean), atol=1e-6)
