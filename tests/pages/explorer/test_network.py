"""An explorer computes what PyTorch, SciPy and NumPy compute."""

import copy

import numpy as np
import pytest
import torch
from scipy.special import ndtr, ndtri
from torch.distributions import Independent, Normal

from benchmarks import pages, parity
from tests.pages.explorer.drive import KINDS, noise, swap, untrained, write
from vae.model import VAE
from vae.model.likelihood import LIKELIHOODS
from vae.model.networks import ACTIVATIONS


@pytest.mark.parametrize("kind", KINDS)
def test_decoder_and_encoder_agree_with_torch(explorer, models, digits, kind):
    page = explorer(kind)
    assert parity.decoder_error(page, models[kind]) < 1 / 255
    assert parity.encoder_error(page, models[kind], *digits.test) < 1 / 255
    assert parity.posterior_error(page, models[kind], *digits.test) < 1 / 255


def test_an_image_unlike_all_others_has_the_bounded_sigma_of_torch(
    models, digits, opened, tmp_path
):
    model = copy.deepcopy(models["plane"])
    with torch.no_grad():
        model.encoder[-1].bias[2:] = 100
    page = opened(write(tmp_path / "a.html", model, digits), "body[data-ready]")
    assert parity.posterior_error(page, model, *digits.test, 5) < 1e-5


@pytest.mark.parametrize("kind", ["conditional", "map"])
def test_a_code_is_refined_as_torch_refines_it(models, digits, opened, tmp_path, kind):
    small = models[kind]
    model = VAE(**small.settings, refinements=2).eval()
    model.load_state_dict(small.state_dict())
    x, y = torch.from_numpy(digits.test.x[:40]).float() / 255, torch.from_numpy(digits.test.y[:40])
    y = y if model.conditional else None
    moved = (model.encode(x, y).mean - small.encode(x, y).mean).abs().amax(1)
    assert (moved > 0.05).sum() > 10
    page = opened(write(tmp_path / "a.html", model, digits), "body[data-ready]")
    assert parity.encoder_error(page, model, *digits.test, 40) < 1 / 255
    assert parity.posterior_error(page, model, *digits.test, 40) < 1 / 255


@pytest.mark.parametrize("kind", ["plane", "conditional"])
def test_of_several_looks_a_page_takes_one_that_fits_as_well_as_torchs(
    explorer, models, digits, kind
):
    looks = fits_as_well(explorer(kind), models[kind], *digits.test, 40)
    assert (looks.amax(0) > looks[4] + 0.05).any()  # the fifth look is at the image itself


def fits_as_well(page, model, images, labels, count):
    """How well each of torch's looks fits, in nats: the page's fits as well as the best of them."""
    x = torch.from_numpy(images[:count]).float() / 255
    y = torch.eye(model.classes)[labels[:count]] if model.conditional else None
    found = page.evaluate(
        """([x, y]) => x.map((row, i) => {
             const { mean, sigma } = explorer.network.encode(
               Float32Array.from(row), y && Float32Array.from(y[i]));
             return [[...mean], [...sigma]];
           })""",
        [x.flatten(1).tolist(), y.tolist() if model.conditional else None],
    )
    mean, scale = torch.tensor(found).unbind(1)
    theirs = model.fit(Independent(Normal(mean, scale), 1), x, y)
    looks = torch.stack([model.fit(q, x, y) for q in model.looks(x, y)])
    torch.testing.assert_close(theirs, looks.amax(0), rtol=1e-3, atol=0.03)
    return looks


def test_a_picture_is_moved_as_torch_rolls_it(explorer):
    x = torch.arange(24.0).reshape(4, 3, 2)
    for move in [(-1, -1), (-1, 1), (2, 0), (0, 1)]:
        theirs = explorer("plane").evaluate(
            "([x, move]) => Array.from(rolled(Float32Array.from(x), [4, 3, 2], ...move))",
            [x.flatten().tolist(), move],
        )
        assert theirs == x.roll(move, (0, 1)).flatten().tolist()


NETWORKS = {
    "mlp": {"hidden": [64, 32]},
    "convolutional": {"hidden": [8, 12], "network": "convolutional"},
}


@pytest.fixture
def page(opened, tmp_path):
    """A page in which any model can be run; it waits for no training."""
    model = VAE((4, 4), 3, [4], classes=3)
    return opened(write(tmp_path / "a.html", model, noise((4, 4))), "body[data-ready]")


def test_any_activation_is_run_as_torch_does(page):
    for activation in ACTIVATIONS:
        agrees(page, (28, 28), NETWORKS["mlp"] | {"classes": 3, "activation": activation})


@pytest.mark.parametrize("network", NETWORKS)
def test_any_likelihood_and_image_shape_is_run_as_torch_does(page, network):
    """What the one network is given grey, the other is given in colour."""
    colour = network == "mlp"
    for likelihood in LIKELIHOODS:
        shape = {"likelihood": likelihood, "shifts": 1, "activation": "gelu", "latent_dim": 3}
        agrees(page, (8, 8, 3) if colour else (17, 33), NETWORKS[network] | shape)
        colour = not colour


def test_a_convolutional_model_of_colours_is_run_as_torch_does(page, capsys):
    preset = {"hidden": [32, 64, 128], "network": "convolutional", "activation": "gelu"}
    agrees(page, (32, 32, 3), preset | {"latent_dim": 20, "classes": 3, "likelihood": "gaussian"})
    page.evaluate("explorer.state.here = { z: new Float32Array(20), y: Float32Array.of(0, 1, 0) }")
    with capsys.disabled():
        print(f"\na decode of 32×32×3 takes {pages.decode_time(page):.1f} ms")


def agrees(page, image_shape, shape):
    """Run a model in a page that is open, and compare with torch."""
    what = (image_shape, shape)
    model, data = untrained(image_shape, **{"latent_dim": 2} | shape), noise(image_shape)
    swap(page, model, data)
    assert parity.decoder_error(page, model, 10) < 1 / 255, what
    assert parity.encoder_error(page, model, *data.test, 10) < 1 / 255, what
    assert parity.posterior_error(page, model, *data.test, 10) < 1 / 255, what
    if model.shifts:
        fits_as_well(page, model, *data.test, 10)


def test_the_normal_distribution_is_scipys(explorer):
    places = np.linspace(-4, 4, 161)
    page = explorer("plane")
    cdf, back = page.evaluate(
        "(z) => [z.map(explorer.phi.cdf), z.map(explorer.phi.cdf).map(explorer.phi.quantile)]",
        places.tolist(),
    )
    assert cdf == pytest.approx(ndtr(places), abs=1e-5)
    assert back == pytest.approx(places, abs=1e-3)
    assert page.evaluate("explorer.phi.quantile(0.975)") == pytest.approx(ndtri(0.975), abs=1e-4)


def test_halves_are_read_as_numpy_reads_them(explorer):
    bits = np.arange(0, 1 << 16, 7, dtype=np.uint16)
    finite = bits[np.isfinite(bits.view(np.float16))]
    read = explorer("plane").evaluate(
        "(bits) => Array.from(fromHalves(Uint16Array.from(bits)))", finite.tolist()
    )
    assert read == finite.view(np.float16).astype(float).tolist()


def test_the_nearest_are_the_nearest(explorer):
    rng = np.random.default_rng(0)
    points, here = rng.normal(size=(200, 3)).astype(np.float32), rng.normal(size=3)
    found = explorer("plane").evaluate(
        "([points, here]) => nearest(Float32Array.from(points), here, 8).map((f) => f.index)",
        [points.ravel().tolist(), here.tolist()],
    )
    assert found == np.linalg.norm(points - here, axis=1).argsort()[:8].tolist()


@pytest.mark.parametrize(("left", "top", "scale"), [(10, 20, 4), (150, 90, 2), (40, 3, 7)])
def test_a_drawing_is_centred_whatever_its_place_and_size(explorer, left, top, scale):
    drawing = np.zeros((280, 280), np.float32)
    drawing[top : top + 30 * scale, left : left + 10 * scale] = 1
    drawing[top : top + 10 * scale, left : left + 20 * scale] = 1
    image = np.array(
        explorer("plane").evaluate(
            """(ink) => Array.from(centred(Float32Array.from(ink), 280, [28, 28],
                                           { box: 20, centre: [14, 14] }))""",
            drawing.ravel().tolist(),
        )
    ).reshape(28, 28)
    across, down = image.sum(axis=0), image.sum(axis=1)
    middle = np.arange(28) + 0.5
    assert (down > 0.5).sum() == pytest.approx(20, abs=1)
    assert across @ middle / image.sum() == pytest.approx(14, abs=0.3)
    assert down @ middle / image.sum() == pytest.approx(14, abs=0.3)
