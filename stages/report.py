"""Write the report, as Markdown and as one page, from what all other stages made."""

import math
from pathlib import Path

from pages.report.live import live
from pages.report.markdown import to_markdown
from pages.report.page import to_html
from pages.report.report import build, opening
from pipeline.files import atomic_write
from pipeline.params import Params
from pipeline.run import run
from vae.files import weights
from vae.files.metrics import read_metrics


def main(
    source: Path,
    shared_css: Path,
    models: Path,
    metrics: Path,
    report: Path,
    page: Path,
    *,
    params: Params,
) -> None:
    """Figures are looked for beside the report; `source` is the folder of the page's parts."""
    numbers = {name: read_metrics(metrics / f"{name}.json", name) for name in params.models}
    model = weights.read(models / f"{opening(params)}.safetensors")
    built = build(params, numbers, math.prod(model.settings["image_shape"]), report.parent)
    decoder = live(model, params.manifold.n) if built.live else None
    text, html = to_markdown(built), to_html(built, decoder, report.parent, source, shared_css)
    with atomic_write(report) as file:
        file.write_text(text, encoding="utf-8")
    with atomic_write(page) as file:
        file.write_text(html, encoding="utf-8")


if __name__ == "__main__":
    run(main)
