"""Explorers of small models: how their pages are made, read and used."""

import base64
import time

import numpy as np
import torch

from pages.explorer.contents import contents
from pages.render import render
from tests.project import ROOT
from vae.codes import Codes
from vae.datasets.readers import Dataset
from vae.files.dataset import Classes, LabelledImages
from vae.files.weights import Weights
from vae.model import VAE

KINDS = {
    "plane": {"latent_dim": 2, "classes": 0, "shifts": 1},
    "conditional": {"latent_dim": 2, "classes": 10, "shifts": 1},
    "map": {"latent_dim": 5, "classes": 0},
    "cloud": {"latent_dim": 3, "classes": 0},
}


def encoded(model, test):
    """The codes of images; the mean stands for the sample."""
    x = torch.from_numpy(test.x).float() / 255
    y = torch.from_numpy(test.y) if model.conditional else None
    with torch.no_grad():
        q = model.encode(x, y).base_dist
    return Codes(q.loc.numpy(), (2 * q.scale.log()).numpy(), q.loc.numpy(), test.y)


def values(model, data, **options):
    """What the template of a page is given."""
    codes = encoded(model, data.test)
    weights = Weights(model.settings, {k: v.numpy() for k, v in model.state_dict().items()})
    places = codes.mean[:, :2].astype(np.float64) if model.latent_dim > 3 else None
    settings = {"images": 300, "megabytes": 3.0, "limit": 4.0, "grid": 6, "active_variance": 0.01}
    return contents(data.test.x, data.classes, weights, codes, places=places, **settings | options)


def write(path, model, data, **options):
    """A page in a file."""
    text = render(
        ROOT / "pages/explorer",
        ROOT / "pages/shared.css",
        model="small",
        **values(model, data, **options),
    )
    path.write_text(text, encoding="utf-8")
    return path


def swap(page, model, data):
    """Give a page that is open the networks of another model; its codes and images stay."""
    held = values(model, data)
    page.evaluate(
        """async ([data, arrays]) => {
          explorer.network = networks(await unpack(arrays, data.table), data, explorer.phi.cdf);
        }""",
        [held["data"], held["arrays"]],
    )


def noise(image_shape):
    """Images without sense, of three classes."""
    x = np.random.default_rng(0).integers(0, 256, (30, *image_shape), dtype=np.uint8)
    images = LabelledImages(x, np.arange(30) % 3)
    return Dataset(images, images, Classes("noise", ("a", "b", "c")))


def untrained(image_shape, **shape):
    """A model whose outputs differ from each other as much as a trained one's."""
    torch.manual_seed(0)
    model = VAE(image_shape, **shape).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.5)
    return model


def still(page):
    """Wait until what a control asked for is drawn."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def until(page, condition):
    """Wait for a condition; the page's policy forbids Playwright's own way."""
    end = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(20)


def pixels(page, selector):
    """The red channel of a canvas, 0–255."""
    height, width, content = page.evaluate(
        """(selector) => {
          const canvas = document.querySelector(selector);
          const { width, height } = canvas;
          const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
          let red = "";
          for (let i = 0; i < data.length; i += 4) red += String.fromCharCode(data[i]);
          return [height, width, btoa(red)];
        }""",
        selector,
    )
    red = np.frombuffer(base64.b64decode(content), np.uint8)
    return red.reshape(height, width).astype(int)


def place(page, selector, u, v):
    """Screen coordinates of a place in an element, from its lower left corner."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    return box["x"] + u * box["width"], box["y"] + (1 - v) * box["height"]


def z(page):
    return np.array(page.evaluate("Array.from(explorer.state.here.z)"))


def labels(page):
    return page.locator("#near button:visible span").all_inner_texts()


def draw(page, points):
    """One stroke through places of the pad, 0–1 from its upper left corner."""
    spots = [place(page, "#pad", u, 1 - v) for u, v in points]
    page.mouse.move(*spots[0])
    page.mouse.down()
    for spot in spots[1:]:
        page.mouse.move(*spot)
    page.mouse.up()
    still(page)


CIRCLE = [(0.5 + 0.25 * np.sin(t), 0.5 - 0.38 * np.cos(t)) for t in np.linspace(0, 2 * np.pi, 25)]
