"""A headless Chromium without a network, for pages that are opened from disk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

MISSING = (
    "no Chromium on the PATH: install one (Debian, Ubuntu: apt install chromium; Fedora: dnf "
    "install chromium; macOS: brew install --cask chromium)"
)
_NAMES = (
    "chromium-headless-shell",  # without the windows that a headless Chromium draws for nobody
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
)
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-device-scale-factor=1",
]


def find() -> str | None:
    """The system's Chromium; Playwright cannot fetch one of its own everywhere."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def started() -> Iterator[Browser]:
    """A browser; without one on the machine, a FileNotFoundError says how to get it."""
    executable = find()
    if executable is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def explore(context: BrowserContext, path: Path) -> Page:
    """An explorer page of `context`, ready."""
    page = context.new_page()
    page.goto(path.resolve().as_uri())
    page.wait_for_selector("body[data-ready]", state="attached")
    return page
