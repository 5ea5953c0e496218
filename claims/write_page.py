"""Write the page of the claims from their figures and the models trained for them."""

import json
from pathlib import Path

from claims.page import to_markdown
from pipeline.files import atomic_write
from pipeline.params import Claims
from pipeline.run import run


def main(page: Path, metrics: Path, *figures: Path, claims: Claims) -> None:
    """`metrics` holds the numbers of each model."""
    numbers = {
        name: json.loads((metrics / f"{name}.json").read_text())[name] for name in claims.models
    }
    with atomic_write(page) as file:
        file.write_text(to_markdown(figures, claims.models, numbers, page), encoding="utf-8")


if __name__ == "__main__":
    run(main)
