"""Scores of anomaly by hand, and how well they rank."""

import numpy as np
import pytest
import torch

from claims.anomaly.measure import CORRECTED, ELBO, RECONSTRUCTION, RELATIVE, auroc, scores
from vae.model.likelihood import PixelBernoulli, entropy


def test_scores_by_hand():
    got = scores(np.array([-10.0, -20.0]), np.array([2.0, 3.0]), np.array([4.0, 8.0]))
    expected = {
        ELBO: [12, 23],
        CORRECTED: [8, 15],
        RECONSTRUCTION: [10, 20],
        RELATIVE: [12 / 5, 23 / 9],
    }
    assert {name: list(values) for name, values in got.items()} == expected


def test_corrected_a_perfect_model_finds_no_image_strange():
    x = torch.rand(5, 30, generator=torch.Generator().manual_seed(0)).double()
    log_p = PixelBernoulli(x.logit(), 1).log_prob(x).numpy()  # a decoder that says x itself
    found = scores(log_p, np.zeros(5), entropy(x).numpy())[CORRECTED]
    assert found == pytest.approx(np.zeros(5), abs=1e-4)


def test_auroc_by_hand():
    values, anomalous = np.array([1.0, 2.0, 2.0, 3.0]), np.array([False, False, True, True])
    assert auroc(values, anomalous) == 3.5 / 4  # three pairs in order, one tie


@pytest.mark.parametrize(("kind", "word"), [(True, "all"), (False, "no")])
def test_one_kind_of_image_alone_cannot_be_told_apart(kind, word):
    with pytest.raises(ValueError, match=f"{word} images are anomalous"):
        auroc(np.zeros(3), np.full(3, kind))
