"""The explorer pages in a browser: how soon, how fast, how true to PyTorch."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from benchmarks.browser import explore, started
from benchmarks.parity import decoder_error, encoder_error
from benchmarks.posterior import Posterior, measure
from vae.files.dataset import LabelledImages
from vae.model import checkpoint

_DECODES, _BATCH = 500, 10
_THREE = [(0.3, 0.2), (0.5, 0.12), (0.68, 0.25), (0.62, 0.4), (0.45, 0.47), (0.65, 0.55)]
_THREE += [(0.7, 0.72), (0.55, 0.85), (0.28, 0.8)]
_SWEEP = 300  # moves of the mouse


@dataclass(frozen=True)
class Explorer:
    """What was measured of one page."""

    model: str
    megabytes: float
    ready_ms: float
    decode_ms: float
    """Median."""
    frames_per_second: float
    """Median while the mouse sweeps over the map."""
    late: float
    """Share of those frames that took longer than one and a half sixtieths of a second."""
    decoder_error: float
    """Largest difference of a pixel from PyTorch's, in 1/255."""
    encoder_error: float
    """The same of reconstructions of test images, through both networks."""
    posterior: Posterior | None
    """Of a plane's exact posterior."""


def measure_pages(pages: Sequence[Path], models: Path, test: Path) -> list[Explorer]:
    """Every page, opened twice from disk; what is timed is the second time.

    Args:
        pages: explorers, each called as its model is.
        models: the folder of the models' files.
        test: the file of the test images.
    """
    images, labels = LabelledImages.load(test)
    measured = []
    with started() as browser:
        for path in pages:
            model = checkpoint.load(models / f"{path.stem}.safetensors")
            context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
            explore(context, path).close()
            page = explore(context, path)
            ready = float(page.evaluate("document.body.dataset.ready"))
            if model.latent_dim == 2:  # the plane is decoded before anything else is timed
                page.wait_for_selector("body[data-exact]", state="attached")
            page.wait_for_timeout(500)
            intervals = sweep(page)
            measured.append(
                Explorer(
                    path.stem,
                    path.stat().st_size / 1e6,
                    ready,
                    decode_time(page),
                    1000 / median(intervals),
                    sum(interval > 25 for interval in intervals) / len(intervals),
                    255 * decoder_error(page, model),
                    255 * encoder_error(page, model, images, labels),
                    measure(page, model, images, labels) if model.latent_dim == 2 else None,
                )
            )
            context.close()
    return measured


def photograph(page_file: Path, picture: Path) -> None:
    """An explorer as a reader sees it after drawing a three, tiles shown where there are some."""
    with started() as browser:
        context = browser.new_context(offline=True, viewport={"width": 1180, "height": 900})
        page = explore(context, page_file)
        if page.locator("#tiles").count():
            page.check("#tiles")
        if page.locator("#classes").count():
            page.locator("#classes button").nth(3).click()
        page.locator("#pad").scroll_into_view_if_needed()
        box = page.locator("#pad").bounding_box()
        assert box is not None
        for i, (u, v) in enumerate(_THREE):
            page.mouse.move(box["x"] + u * box["width"], box["y"] + v * box["height"], steps=4)
            if i == 0:
                page.mouse.down()
        page.mouse.up()
        page.wait_for_timeout(1500)
        shown = io.BytesIO(page.screenshot(full_page=True))
        context.close()
    picture.parent.mkdir(exist_ok=True)
    stored = (
        Image.open(shown)
        .convert("RGB")
        .quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    )
    stored.save(picture, optimize=True)


def decode_time(page: Page) -> float:
    """Median time of one decode in milliseconds, of batches long enough for the page's clock."""
    return float(
        page.evaluate(
            """([batches, size]) => {
              const { network, state } = explorer;
              const times = Array.from({ length: batches }, () => {
                const start = performance.now();
                for (let i = 0; i < size; i++) network.decode(state.here.z, state.here.y);
                return (performance.now() - start) / size;
              });
              return times.sort((a, b) => a - b)[batches >> 1];
            }""",
            [_DECODES // _BATCH, _BATCH],
        )
    )


def sweep(page: Page) -> list[float]:
    """Milliseconds between animation frames while the mouse crosses the map and back."""
    box = page.locator("#marks").bounding_box()
    assert box is not None
    left, right = box["x"] + 0.2 * box["width"], box["x"] + 0.8 * box["width"]
    page.mouse.move(left, box["y"] + 0.3 * box["height"])
    page.evaluate(
        """() => {
          globalThis.frames = [];
          const tick = (now) => { frames.push(now); requestAnimationFrame(tick); };
          requestAnimationFrame(tick);
        }"""
    )
    page.mouse.move(right, box["y"] + 0.7 * box["height"], steps=_SWEEP)
    page.mouse.move(left, box["y"] + 0.5 * box["height"], steps=_SWEEP)
    return np.diff(page.evaluate("frames")).tolist()
