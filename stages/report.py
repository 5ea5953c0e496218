"""Write the report, as Markdown and as one page, from what all other stages made."""

from pathlib import Path

from pages.report.markdown import to_markdown
from pages.report.page import to_html
from pages.report.report import build
from pipeline.files import atomic_write
from pipeline.params import Params
from pipeline.run import run
from vae.files.metrics import read_metrics


def main(
    source: Path, shared_css: Path, metrics: Path, report: Path, page: Path, *, params: Params
) -> None:
    """Figures are looked for beside the report; `source` is the folder of the page's parts."""
    numbers = {name: read_metrics(metrics / f"{name}.json", name) for name in params.models}
    built = build(params, numbers, report.parent)
    text, html = to_markdown(built), to_html(built, report.parent, source, shared_css)
    with atomic_write(report) as file:
        file.write_text(text, encoding="utf-8")
    with atomic_write(page) as file:
        file.write_text(html, encoding="utf-8")


if __name__ == "__main__":
    run(main)
