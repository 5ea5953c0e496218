"""An explorer computes what PyTorch, SciPy and NumPy compute."""

import copy

import numpy as np
import pytest
import torch
from scipy.special import ndtr, ndtri
from torch.distributions import Independent, Normal

from benchmarks import pages
from tests.pages.explorer.drive import KINDS, write
from vae.files.dataset import Classes, LabelledImages
from vae.model import VAE
from vae.model.networks import ACTIVATIONS
from vae.readers import Dataset


@pytest.mark.parametrize("kind", KINDS)
def test_decoder_and_encoder_agree_with_torch(explorer, models, digits, kind):
    page = explorer(kind)
    assert pages.decoder_error(page, models[kind]) < 1 / 255
    assert pages.encoder_error(page, models[kind], *digits.test) < 1 / 255
    assert pages.posterior_error(page, models[kind], *digits.test) < 1 / 255


def test_an_image_unlike_all_others_has_the_bounded_sigma_of_torch(
    models, digits, opened, tmp_path
):
    model = copy.deepcopy(models["plane"])
    with torch.no_grad():
        model.encoder[-1].bias[2:] = 100
    page = opened(write(tmp_path / "a.html", model, digits), "body[data-ready]")
    assert pages.posterior_error(page, model, *digits.test, 5) < 1e-5


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
    assert pages.encoder_error(page, model, *digits.test, 40) < 1 / 255
    assert pages.posterior_error(page, model, *digits.test, 40) < 1 / 255


@pytest.mark.parametrize("kind", ["plane", "conditional"])
def test_of_several_looks_a_page_takes_one_that_fits_as_well_as_torchs(
    explorer, models, digits, kind
):
    model, page = models[kind], explorer(kind)
    x = torch.from_numpy(digits.test.x[:40]).float() / 255
    y = torch.eye(10)[digits.test.y[:40]] if model.conditional else None
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
    torch.testing.assert_close(theirs, looks.amax(0), rtol=0, atol=0.03)
    assert (looks.amax(0) > looks[4] + 0.05).any()  # the fifth look is at the image itself


def test_a_picture_is_moved_as_torch_rolls_it(explorer):
    x = torch.arange(24.0).reshape(4, 3, 2)
    for move in [(-1, -1), (-1, 1), (2, 0), (0, 1)]:
        theirs = explorer("plane").evaluate(
            "([x, move]) => Array.from(rolled(Float32Array.from(x), [4, 3, 2], ...move))",
            [x.flatten().tolist(), move],
        )
        assert theirs == x.roll(move, (0, 1)).flatten().tolist()


@pytest.mark.parametrize(
    "activation, image_shape", [*((name, (28, 28)) for name in ACTIVATIONS), ("gelu", (6, 4, 3))]
)
def test_any_activation_and_image_shape_is_run_as_torch_does(
    opened, tmp_path, activation, image_shape
):
    torch.manual_seed(0)
    model = VAE(image_shape, 2, [64, 32], activation, 3)
    images = np.random.default_rng(0).integers(0, 256, (60, *image_shape), dtype=np.uint8)
    labels = np.arange(60) % 3
    shown = LabelledImages(images, labels)
    data = Dataset(shown, shown, Classes("noise", ("a", "b", "c")))
    page = opened(write(tmp_path / "a.html", model, data), "body[data-ready]")
    assert pages.decoder_error(page, model, 20) < 1 / 255
    assert pages.encoder_error(page, model, images, labels, 20) < 1 / 255
    assert page.locator("#pad").count() == (len(image_shape) == 2)  # one draws in grey


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
