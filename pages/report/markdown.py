"""The report as GitHub shows it."""

from pages.report.report import Report
from pages.table import markdown_table


def to_markdown(report: Report) -> str:
    """The report as GitHub shows it."""
    lines = [f"# {report.title}", "", report.introduction, "", "## Numbers", ""]
    lines += [*markdown_table(report.numbers), "", "## Parameters", ""]
    lines += [*markdown_table(report.parameters), "", report.training]
    for section in report.sections:
        lines += ["", f"## {section.heading}"]
        for picture in section.pictures:
            width = ' width="19%"' if picture.many else ""
            images = [
                f'<img src="{file.as_posix()}" alt="{title}"{width}>'
                for file, title in picture.files.items()
            ]
            if picture.animation:
                images.append(
                    f'<img src="{picture.animation.as_posix()}" alt="{picture.title}, moving">'
                )
            lines += ["", f"### {picture.title}", "", *images, "", picture.caption]
    lines += ["", report.walks] if report.walks else []
    if report.explorers:
        pages = ", ".join(f"`{page.as_posix()}`" for page in report.explorers.values())
        lines += ["", "## Explore", "", f"{report.exploring} {pages}."]
    lines += ["", "## Compare", "", report.comparison, "", "```sh", *report.commands, "```"]
    return "\n".join(lines) + "\n"
