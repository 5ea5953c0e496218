"""The report as one page that carries its pictures."""

import io
from pathlib import Path
from typing import Any

from PIL import Image

from figures.animation import sprite_sheet
from pages.render import render
from pages.report.report import Report


def to_html(
    report: Report, live: dict[str, Any] | None, root: Path, folder: Path, shared_css: Path
) -> str:
    """The report as one page that carries its pictures; see `pages.render.render`.

    Args:
        report: what it says.
        live: see `pages.report.live`; without it the page opens with the report's cover.
        root: the report's folder.
        folder: the page's template, style and scripts.
        shared_css: the style of all pages.
    """
    return render(
        folder,
        shared_css,
        report=report,
        live=live,
        content=lambda file: (root / file).read_bytes(),
        compact=compact,
        sprite_sheet=lambda file: sprite_sheet(root / file),
    )


def compact(png: bytes) -> bytes:
    """A figure at half its size: as lossless WebP, without colours at the 16 greys of the GIFs."""
    with Image.open(io.BytesIO(png)) as image:
        grey = image.mode == "L"
        picture = image.point([17 * round(v / 17) for v in range(256)]) if grey else image
        buffer = io.BytesIO()
        picture.convert("RGB").save(buffer, "webp", lossless=True, quality=100)  # most effort
    return buffer.getvalue()
