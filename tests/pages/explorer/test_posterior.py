"""The exact posterior in an explorer: its numbers, its picture, and what a reader is told of it."""

import numpy as np
import pytest
import torch

from benchmarks.posterior import study
from pages.explorer.missed import ACTIVATIONS, missed
from tests.pages.explorer.drive import (
    CIRCLE,
    draw,
    encoded,
    pixels,
    place,
    still,
    swap,
    until,
    untrained,
    z,
)
from vae.files.dataset import LabelledImages
from vae.files.weights import Weights
from vae.gaps import gaps
from vae.model import VAE
from vae.model.networks import ACTIVATIONS as MODULES
from vae.objective import standard_normal
from vae.quadrature import log_likelihood


def inputs(images, count=20):
    """The first images and their labels."""
    return torch.from_numpy(images.x[:count]).float() / 255, torch.from_numpy(images.y[:count])


def studied(page):
    """Wait until what was asked last is found."""
    until(page, "explorer.state.found?.of === explorer.state.posterior")


def nats(page, name):
    return float(page.locator(f"#{name}").inner_text().replace("−", "-"))


# --- its numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plane", "conditional"])
def test_what_a_page_finds_is_what_quadrature_finds(explorer, models, digits, kind):
    model = models[kind]
    x, y = inputs(digits.test)
    theirs = study(explorer(kind), x, y)
    exact = gaps(model, x, y if model.conditional else None, 300, 6.0)
    for column, name in enumerate(["log_likelihood", "elbo", "best_elbo"]):
        assert np.abs(theirs[:, column] - getattr(exact, name).numpy()).max() < 0.05, name
    assert exact.amortisation.max() > 0.2  # the encoder misses something here


def test_of_a_convolutional_model_a_page_finds_it_too(explorer, digits):
    page = explorer("plane")
    studied(page)
    convolutions = {"hidden": [6, 8], "network": "convolutional", "activation": "gelu"}
    model = untrained((8, 8), latent_dim=2, **convolutions)
    swap(page, model, digits)
    x, y = inputs(digits.test, 8)
    exact = gaps(model, x, None, 200, 6.0)
    theirs = study(page, x, y)
    for column, name in ((0, "log_likelihood"), (2, "best_elbo")):  # its encoder learned nothing
        assert np.abs(theirs[:, column] - getattr(exact, name).numpy()).max() < 0.05, name


def test_a_posterior_of_two_peaks_is_found_whole(explorer, models):
    """Half of one image and half of another: at least one such mixture has two peaks that count."""
    page = explorer("plane")
    peaks = page.evaluate(
        """() => {
          const plane = lattice(explorer.network, null, explorer.data.reach);
          plane.fill(Infinity);
          const mixtures = [];
          for (let i = 0; i < 12; i++) for (let j = 0; j < i; j++) {
            const [a, b] = [explorer.image(i), explorer.image(j)];
            const x = a.map((value, k) => (value + b[k]) / 2);
            const { patches, logLikelihood } = exactly(explorer.network, plane, x, null);
            mixtures.push([patches.length, logLikelihood, [...x]]);
          }
          return mixtures.toSorted((a, b) => b[0] - a[0]).slice(0, 5);
        }"""
    )
    assert peaks[0][0] >= 2
    x = torch.tensor([x for _, _, x in peaks]).view(-1, *models["plane"].image_shape)
    exact = log_likelihood(models["plane"], x, None, 400, 6.0)
    assert [found for _, found, _ in peaks] == pytest.approx(exact.tolist(), abs=0.05)


def test_the_lattice_holds_the_joint_density_of_torch(explorer, models, digits):
    x, _ = inputs(digits.test, 2)
    values, reach = explorer("plane").evaluate(
        """(x) => {
          const plane = lattice(explorer.network, null, explorer.data.reach);
          plane.fill(Infinity);
          return [Array.from(plane.joint(Float32Array.from(x))), explorer.data.reach];
        }""",
        x[1].flatten().tolist(),
    )
    axis = torch.linspace(-reach, reach, round(len(values) ** 0.5))
    codes = torch.cartesian_prod(axis, axis).flip(1)  # z₁ runs first
    with torch.no_grad():
        ours = models["plane"].decode(codes).log_prob(x[1]) + standard_normal(codes)
    assert np.abs(np.array(values) - ours.numpy()).max() < 0.05


def test_lines_at_a_level_lie_on_it(explorer):
    """Of a round hill the line is a circle: of its radius, and once around."""
    side, radius = 41, 15.0
    across, down = np.meshgrid(np.arange(side) - 20, np.arange(side) - 20)
    pieces = explorer("plane").evaluate(
        "([values, side, level]) => contour(Float64Array.from(values), side, level)",
        [(-(across**2) - down**2).ravel().tolist(), side, -(radius**2)],
    )
    ends = np.array(pieces).reshape(-1, 2, 2) - 20
    assert np.hypot(ends[..., 0], ends[..., 1]) == pytest.approx(radius, abs=0.05)
    around = np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1).sum()
    assert around == pytest.approx(2 * np.pi * radius, rel=0.005)


def test_a_posterior_s_lines_hold_what_they_say(explorer, models, digits):
    """The share of exp log p(x, z) above the level of each line, by a fine grid around it."""
    page = explorer("plane")
    studied(page)
    x, lines, box = page.evaluate(
        """() => {
          const { found, image } = explorer.state;
          return [Array.from(explorer.image(image)), found.heat.lines, found.heat.box];
        }"""
    )
    model = models["plane"]
    low, high = torch.tensor(box[:2]), torch.tensor(box[2:])
    share = torch.linspace(0, 1, 200)
    codes = low + (high - low) * torch.cartesian_prod(share, share)
    image = torch.tensor(x).view(*model.image_shape)

    def joint(z):
        with torch.no_grad():
            return model.decode(z).log_prob(image) + standard_normal(z)

    density = joint(codes)
    mass = (density - density.max()).exp()
    for pieces, held in zip(lines, (1 - np.exp(-0.5), 1 - np.exp(-2)), strict=True):
        level = joint(torch.tensor(pieces).view(-1, 2)).mean()
        assert mass[density > level].sum() / mass.sum() == pytest.approx(held, abs=0.05)


# --- what a reader sees ----------------------------------------------------------------------


def test_before_any_click_an_image_that_the_encoder_misses_is_studied(explorer):
    page = explorer("plane")
    studied(page)
    assert page.evaluate("explorer.state.image === explorer.data.missed[0]")
    assert page.locator("#verdict").inner_text().startswith("The encoder looks in the wrong place")
    parts = {name: nats(page, name) for name in ("reconstruction", "kl", "elbo")}
    assert parts["elbo"] == pytest.approx(parts["reconstruction"] - parts["kl"], abs=0.011)
    gap = nats(page, "amortisation") + nats(page, "approximation")
    assert nats(page, "logLikelihood") == pytest.approx(parts["elbo"] + gap, abs=0.016)
    assert nats(page, "amortisation") > 1


def test_one_click_goes_to_the_next_that_it_misses(explorer, models):
    page = explorer("plane")
    page.locator("#miss").click()
    studied(page)
    assert page.evaluate("explorer.state.image === explorer.data.missed[1]")
    assert z(page) == pytest.approx(page.evaluate("Array.from(explorer.state.found.q.mean)"))
    assert (pixels(page, "#seen") == pixels(page, "#near button:first-child canvas")).all()
    with torch.no_grad():
        best = torch.tensor(page.evaluate("explorer.state.found.best.mean"))[None].float()
        mean = models["plane"].decode(best).mean[0].numpy()
    assert np.abs(pixels(page, "#could") - 255 * mean).max() <= 1


def test_a_drawing_is_studied_and_can_be_cleared(explorer):
    page = explorer("plane")
    studied(page)
    before = page.locator("#logLikelihood").inner_text()
    draw(page, CIRCLE)
    studied(page)
    assert page.evaluate("explorer.state.image") is None
    assert page.locator("#logLikelihood").inner_text() != before
    page.locator("#clear").click()
    assert page.locator("#answer").is_hidden()


def test_a_conditional_model_decodes_its_plane_for_each_class(explorer):
    page = explorer("conditional")
    studied(page)
    own = nats(page, "logLikelihood")
    label = page.evaluate("explorer.state.picked")
    page.locator("#classes button").nth((label + 5) % 10).click()
    studied(page)
    assert nats(page, "logLikelihood") < own  # as another class the image is less probable
    page.locator("#classes button").nth(label).click()
    studied(page)
    assert nats(page, "logLikelihood") == own


def test_the_lenses_show_the_map_where_the_encoder_looks_and_where_it_should(explorer):
    page = explorer("plane")
    studied(page)
    found = page.evaluate("explorer.state.found.best.mean")
    for pane, mean in (("#lies", found), ("#looked", page.evaluate("explorer.state.found.q.mean"))):
        x, y = place(page, pane, 0, 1)
        side = page.locator(pane).bounding_box()["width"]
        page.mouse.move(x + 36 + (side - 44) / 2, y + 8 + (side - 44) / 2)
        still(page)
        half = page.evaluate("explorer.state.lenses[0].half")
        assert z(page) == pytest.approx(mean, abs=half / 50)


def test_the_plane_is_decoded_between_other_work(explorer):
    """No piece of it keeps the page from an animation frame for long."""
    page = explorer("conditional")
    slices = page.evaluate(
        """() => {
          const plane = lattice(explorer.network, explorer.oneHot(1), explorer.data.reach);
          const times = [];
          for (let whole = false; !whole; ) {
            const start = performance.now();
            whole = plane.fill(start + 8);
            times.push(performance.now() - start);
          }
          return times.toSorted((a, b) => a - b);
        }"""
    )
    assert slices[len(slices) // 2] < 16


@pytest.mark.parametrize(
    "nats, words", [(np.log(3.2), "3.2"), (np.log(450), "450"), (23.03, "10¹⁰"), (0.1, "1.1")]
)
def test_how_many_times_is_said_shortly(explorer, nats, words):
    assert explorer("plane").evaluate("(nats) => times(nats)", nats) == words


# --- which images the encoder misses ---------------------------------------------------------


@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize(
    "image_shape, network, likelihood",
    [
        ((8, 8), "mlp", "bernoulli"),
        ((8, 8), "mlp", "dynamic-bernoulli"),
        ((6, 5, 3), "convolutional", "bernoulli"),
    ],
)
def test_missed_is_what_another_code_would_explain_better(
    image_shape, network, likelihood, classes
):
    torch.manual_seed(0)
    model = VAE(image_shape, 2, [16, 12], "silu", classes, likelihood, network)
    x = np.random.default_rng(0).integers(0, 256, (60, *image_shape), dtype=np.uint8)
    images = LabelledImages(x, np.arange(60) % 3)
    codes = encoded(model, images).mean
    weights = Weights(model.settings, {k: v.numpy() for k, v in model.state_dict().items()})
    by = missed(x, codes, images.y, weights)
    z, grey = torch.from_numpy(codes), torch.from_numpy(x).float() / 255
    if likelihood == "dynamic-bernoulli":
        grey = (grey > 0.5).float()
    for i, label in enumerate(images.y):
        alike = np.flatnonzero((images.y == label) | (classes == 0))
        y = torch.full((len(alike),), label) if classes else None
        with torch.no_grad():
            joint = model.decode(z[alike], y).log_prob(grey[i]) + standard_normal(z[alike])
        own = joint[alike.tolist().index(i)]
        assert by[i] == pytest.approx(float(joint.max() - own), abs=1e-3)


def test_activations_are_those_of_torch():
    x = np.linspace(-5, 5, 101, dtype=np.float32)
    assert ACTIVATIONS.keys() == MODULES.keys()
    for name, module in MODULES.items():
        assert ACTIVATIONS[name](x) == pytest.approx(module()(torch.from_numpy(x)), abs=1e-5)
