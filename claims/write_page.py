"""Write the page of the claims: every figure that lies among their results, and every model."""

from pathlib import Path

from claims.page import in_order, to_markdown
from claims.params import ClaimsParams
from pipeline.files import atomic_write
from pipeline.run import run
from vae.files.metrics import read_metrics


def main(claims: ClaimsParams, results: Path, page: Path) -> None:
    """`results` holds a folder of figures for each claim, and in `models` each model's metrics."""
    found = (file.relative_to(results) for file in results.glob("*/*.png"))
    figures = [results / figure for figure in in_order(found, claims.order)]
    metrics = {name: read_metrics(results / f"models/{name}.json", name) for name in claims.models}
    with atomic_write(page) as file:
        file.write_text(to_markdown(figures, claims.models, metrics, page), encoding="utf-8")


if __name__ == "__main__":
    run(main)
