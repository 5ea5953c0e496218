"""Write the report, as Markdown and as one page, from what all other stages made."""

import json
from pathlib import Path

from pages.report.report import build, to_html, to_markdown
from pipeline.files import atomic_write
from pipeline.params import Params
from pipeline.run import run


def main(
    source: Path, shared_css: Path, metrics: Path, report: Path, page: Path, *, params: Params
) -> None:
    """Figures are looked for beside the report; `source` is the folder of the page's parts."""
    numbers = {
        name: json.loads((metrics / f"{name}.json").read_text())[name] for name in params.models
    }
    built = build(params, numbers, report.parent)
    with atomic_write(report) as file:
        file.write_text(to_markdown(built), encoding="utf-8")
    with atomic_write(page) as file:
        file.write_text(to_html(built, report.parent, source, shared_css), encoding="utf-8")


if __name__ == "__main__":
    run(main)
