"""Write one page that shows revisions side by side: commits, branches, experiments.

No stage of dvc.yaml: `make compare REVS="main softer"` asks for it.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any

from dvc.api import DVCFileSystem
from dvc.scm import RevError
from dvc_data.index import DataIndexDirError
from matplotlib.figure import Figure
from ruamel.yaml import YAML

from vae.compare import MANY, Revision, compare, flatten, varying
from vae.errors import InputError
from vae.figures import comparison as figures
from vae.figures.base import save
from vae.page import render
from vae.params import Style
from vae.stage import fresh, run


def main(
    source: Path,
    shared_css: Path,
    reports: Path,
    page: Path,
    revisions: str,
    *,
    style: Style,
) -> None:
    """`revisions` are separated by spaces; "workspace" is what lies here now."""
    names = list(dict.fromkeys(revisions.split()))
    if len(names) < 2:
        raise InputError('name two revisions or more: make compare REVS="main softer"')
    read = [_read(name, reports.as_posix()) for name in names]
    compared = compare(read)
    curves = {revision.name: revision.curves for revision in read if revision.curves}
    lines = varying(read)
    charts = [figures.draw_curves(curves, dpi=style.dpi)] if curves else []
    if len(names) >= MANY and len(lines) > 1:
        charts.append(figures.draw_parallel(lines, names, dpi=style.dpi))
    with fresh(page) as file:
        text = render(
            source,
            shared_css,
            comparison=compared,
            charts=[_png(chart) for chart in charts],
        )
        file.write_text(text, encoding="utf-8")


def _png(chart: Figure) -> bytes:
    buffer = io.BytesIO()
    save(chart, buffer, "")
    return buffer.getvalue()


def _read(name: str, reports: str) -> Revision:
    try:
        files = DVCFileSystem(rev=None if name == "workspace" else name)
        params = _yaml(files, "params.yaml")
    except RevError as error:
        raise InputError(f"{error}: give a commit, a branch or an experiment") from None
    except FileNotFoundError:
        raise InputError(f"{name} has no params.yaml") from None
    lock = _yaml(files, "dvc.lock") if files.exists("dvc.lock") else {}
    made_with: dict[str, Any] = {}
    outputs: list[str] = []
    for stage in lock.get("stages", {}).values():
        made_with |= flatten(stage.get("params", {}).get("params.yaml", {}))
        outputs += [out["path"] for out in stage.get("outs", [])]
    content = {}
    for folder in ("metrics", "curves", "figures"):
        for path in sorted(files.find(f"{reports}/{folder}")):
            content[path.removeprefix(f"{reports}/")] = files.read_bytes(path)
    metrics: dict[str, Any] = {}
    curves = {}
    for path, data in content.items():
        if path.startswith("metrics/"):
            metrics |= flatten(json.loads(data))
        elif path.startswith("curves/"):
            rows = csv.DictReader(io.StringIO(data.decode()))
            points = [(float(row["epoch"]), float(row["validation_elbo"])) for row in rows]
            curves[Path(path).stem] = points
    return Revision(
        name=name,
        params=flatten(params),
        made_with=made_with,
        metrics=metrics,
        curves=curves,
        figures={path: data for path, data in content.items() if path.startswith("figures/")},
        absent=[out for out in outputs if out.startswith(reports) and not _held(files, out)],
    )


def _held(files: DVCFileSystem, path: str) -> bool:
    """Whether Git or the cache holds an output, whole as far as its first file tells."""
    try:
        with files.open(sorted(files.find(path))[0], "rb"):
            return True
    except (FileNotFoundError, DataIndexDirError, IndexError):
        return False


def _yaml(files: DVCFileSystem, path: str) -> Any:
    return YAML(typ="safe").load(files.read_text(path, encoding="utf-8"))


if __name__ == "__main__":
    run(main)
