"""The classifier: it learns what can be learned, and its probabilities are of the images given."""

import numpy as np
import pytest
import torch

from vae.classifier import Classifier, fit, probabilities


def stripes(n):
    """Images of one bright row each, among noise; the row's number is the class."""
    random = np.random.default_rng(n)
    labels = random.integers(0, 4, n)
    images = random.integers(0, 100, (n, 8, 6), dtype=np.uint8)
    images[np.arange(n), 2 * labels] = 255
    return images, labels


def trained(seed=0, labels=None):
    images, own = stripes(400)
    torch.manual_seed(seed)
    model = Classifier((8, 6), 4, [8, 8])
    fit(
        model,
        torch.from_numpy(images),
        torch.from_numpy(own if labels is None else labels),
        epochs=4,
        batch_size=20,
        learning_rate=1e-2,
        seed=seed,
    )
    return model.eval()


@pytest.fixture(scope="module")
def model():
    return trained()


def test_rows_are_told_apart_on_images_that_were_not_trained_on(model):
    images, labels = stripes(300)
    assert (probabilities(model, images).argmax(axis=1) == labels).mean() > 0.98


def test_what_cannot_be_learned_is_not(model):
    """The same images under labels that have nothing to do with them."""
    images, labels = stripes(300)
    shuffled = np.random.default_rng(0).permutation(stripes(400)[1])
    found = probabilities(trained(labels=shuffled), images).argmax(axis=1)
    assert (found == labels).mean() < 0.6


def test_probabilities_are_those_of_each_image_in_order_in_parts_of_any_size(model):
    images, _ = stripes(4500)
    found = probabilities(model, images)
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)
    with torch.no_grad():
        logits = model(torch.from_numpy(images).float() / 255).double()
    expected = torch.exp(logits) / torch.exp(logits).sum(1, keepdim=True)
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-3, atol=1e-6)


def test_bytes_and_values_in_the_unit_interval_are_the_same_picture(model):
    images, _ = stripes(50)
    found = probabilities(model, (images / 255).astype(np.float32))
    np.testing.assert_allclose(found, probabilities(model, images), atol=1e-5)


def test_the_same_seed_gives_the_same_bits_and_another_does_not(model):
    for again, same in ((trained(), True), (trained(seed=1), False)):
        pairs = zip(again.parameters(), model.parameters(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs) is same
