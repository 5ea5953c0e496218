"""Write the report from what all other stages made."""

import json
from pathlib import Path

from vae.params import Params
from vae.report import build, to_markdown
from vae.stage import fresh, run


def main(metrics: Path, report: Path, *, params: Params) -> None:
    """Figures are looked for beside the report."""
    numbers = {
        name: json.loads((metrics / f"{name}.json").read_text())[name] for name in params.models
    }
    with fresh(report) as file:
        file.write_text(to_markdown(build(params, numbers, report.parent)), encoding="utf-8")


if __name__ == "__main__":
    run(main)
