"""The report as one page that carries its pictures."""

from pathlib import Path

from figures.animation import sprite_sheet
from pages.render import render
from pages.report.report import Report


def to_html(report: Report, root: Path, folder: Path, shared_css: Path) -> str:
    """The report as one page that carries its pictures; see `pages.render.render`."""
    return render(
        folder,
        shared_css,
        report=report,
        content=lambda file: (root / file).read_bytes(),
        sprite_sheet=lambda file: sprite_sheet(root / file),
    )
