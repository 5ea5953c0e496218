"""What a film decodes at every moment."""

import numpy as np
import pytest
from scipy.stats import norm

from vae.film import Film, columns, places


def test_without_classes_it_is_an_even_grid_of_equal_probability():
    z, label = places(4, 0)
    assert label is None
    middles = (np.arange(4) + 0.5) / 4
    assert norm.cdf(z[0, :, 0]) == pytest.approx(middles)  # z₁ to the right
    assert norm.cdf(z[:, 0, 1]) == pytest.approx(middles[::-1])  # z₂ up


def test_a_column_has_one_class_and_a_row_one_code():
    z, label = places(5, 3)
    assert z.shape == (5, 3, 2)
    assert (label == [0, 1, 2]).all()
    assert (z == z[:, :1]).all()
    assert (z[..., 0] == 0).all()
    assert norm.cdf(z[:, 0, 1]) == pytest.approx([0.9, 0.7, 0.5, 0.3, 0.1])


def test_of_many_classes_some_are_chosen_evenly():
    assert columns(10, 10).tolist() == list(range(10))
    assert columns(3, 27).tolist() == [0, 13, 26]


def test_the_loss_is_what_its_terms_add_up_to():
    none = np.zeros(0, int)
    terms = {"reconstruction": np.array([-500.0, -120.0]), "kl": np.array([0.5, 7.0])}
    film = Film(
        step=np.array([0, 9]),
        mean=np.zeros((2, 1, 2), np.float16),
        label=np.zeros(1, int),
        pictures=np.zeros((2, 1, 1, 2, 2), np.uint8),
        columns=none,
        **terms,
    )
    assert film.loss.tolist() == [500.5, 127.0]
