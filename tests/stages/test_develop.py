"""The develop stage: at every moment the same images and codes, by the weights of that moment."""

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from pipeline.params import Film
from stages import develop
from vae.files import records
from vae.files.dataset import LabelledImages
from vae.film import Film as Developed
from vae.film import places
from vae.model import VAE, checkpoint

SIDE = (5, 4)


@pytest.fixture(params=[0, 3], ids=["plane", "conditional"])
def developed(request, tmp_path, monkeypatch):
    """Two moments, the models that they are of, and the images."""
    monkeypatch.setenv("DEVICE", "cpu")
    torch.manual_seed(3)
    models = [VAE(SIDE, 2, [6], classes=request.param) for _ in range(2)]
    (tmp_path / "moments").mkdir()
    for step, model in zip((0, 70), models, strict=True):
        checkpoint.save(model, tmp_path / f"moments/{step:08}.safetensors")
    images = np.random.default_rng(0).integers(0, 256, (41, *SIDE), dtype=np.uint8)
    test = LabelledImages(images, np.arange(41) % 3)
    test.save(tmp_path / "test.npz")
    develop.main(
        tmp_path / "test.npz",
        tmp_path / "moments",
        tmp_path / "film.npz",
        seed=0,
        film=Film(images=21, n=4, milliseconds=100),
    )
    return records.load(Developed, tmp_path / "film.npz"), models, test


def test_moments_come_in_their_order_with_the_same_images_evenly_chosen(developed):
    film, _, test = developed
    assert film.step.tolist() == [0, 70]
    assert film.label.tolist() == test.y[::2].tolist()


def test_codes_and_what_they_cost_are_those_of_the_moment_s_weights(developed):
    film, models, test = developed
    x = torch.from_numpy(test.x[::2]).float() / 255
    for at, model in enumerate(models):
        y = torch.from_numpy(test.y[::2]) if model.conditional else None
        with torch.no_grad():
            q = model.encode(x, y)
            expected = kl_divergence(q.base_dist, Normal(0.0, 1.0)).sum(-1).mean()
        assert np.abs(film.mean[at] - q.mean.numpy()).max() < 2e-3  # half precision
        assert film.kl[at] == pytest.approx(expected.item(), rel=1e-5)


def test_the_reconstruction_is_an_expectation_over_codes(developed):
    film, models, test = developed
    x = torch.from_numpy(test.x[::2]).float() / 255
    for at, model in enumerate(models):
        y = torch.from_numpy(test.y[::2]) if model.conditional else None
        torch.manual_seed(9)
        with torch.no_grad():
            z = model.encode(x, y).sample((300,))
            draws = model.decode(z, y).log_prob(x).mean(-1)
        spread = 5 * draws.std().item()
        assert film.reconstruction[at] == pytest.approx(draws.mean().item(), abs=spread)


def test_pictures_are_the_decoder_s_means_in_bytes(developed):
    film, models, _ = developed
    z, y = places(4, models[0].classes)
    codes = torch.from_numpy(z).float()
    with torch.no_grad():
        for at, model in enumerate(models):
            labels = None if y is None else torch.from_numpy(y.copy()).flatten()
            mean = model.decode(codes.flatten(0, 1), labels).mean.numpy()
            shown = film.pictures[at].reshape(-1, *SIDE)
            assert np.abs(shown - 255 * mean).max() <= 0.51
