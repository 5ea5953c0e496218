"""The report as GitHub shows it."""

from collections.abc import Iterator

from pages.report.report import Picture, Report, Section
from pages.table import markdown_table


def to_markdown(report: Report) -> str:
    """The report as GitHub shows it."""
    lines = [f"# {report.title}", "", report.introduction]
    if report.cover:
        lines += ["", *_images(report.cover, width="60%")]
    lines += ["", *(f"- **{number}** {words}." for number, words in report.headline)]
    if report.explorers:
        pages = ", ".join(f"`{page.as_posix()}`" for page in report.explorers.values())
        lines += ["", f"{report.exploring} {pages}, after `make`."]
    if report.films:
        pages = ", ".join(f"`{page.as_posix()}`" for page in report.films.values())
        lines += ["", f"Drag through a training: {pages}, after `make`."]
    for section in report.sections:
        lines += ["", f"## {section.heading}", *_section(section)]
    lines += ["", "## Numbers", "", report.measured, "", *markdown_table(report.numbers)]
    lines += ["", "## Parameters", "", *markdown_table(report.parameters), "", report.training]
    lines += ["", "## Change something", "", report.comparison, ""]
    lines += ["```sh", *report.commands, "```"]
    lines += ["", report.walks] if report.walks else []
    return "\n".join(lines) + "\n"


def _section(section: Section) -> Iterator[str]:
    if section.words:
        yield from ("", section.words)
    for picture in section.leads:
        yield from ("", f"### {picture.title}", "", *_images(picture), "")
        yield from (
            _folded("How to read it", picture.caption) if section.words else [picture.caption]
        )
    for picture in section.more:
        yield from ("", *_folded(picture.title, *_images(picture), "", picture.caption))


def _images(picture: Picture, width: str = "") -> Iterator[str]:
    width = "19%" if picture.many else width
    size = f' width="{width}"' if width else ""
    for file, title in picture.files.items():
        yield f'<img src="{file.as_posix()}" alt="{title}"{size}>'
    if picture.animation:
        yield f'<img src="{picture.animation.as_posix()}" alt="{picture.title}, moving">'


def _folded(summary: str, *lines: str) -> list[str]:
    """What GitHub shows when a reader asks for it."""
    return [f"<details><summary>{summary}</summary>", "", *lines, "", "</details>"]
