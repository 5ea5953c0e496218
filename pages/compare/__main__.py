"""Write one page that shows revisions side by side: commits, branches, experiments.

No stage of dvc.yaml: `make compare REVS="main softer"` asks for it.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dvc.api import DVCFileSystem
from dvc.exceptions import DvcException
from dvc_data.index import DataIndexDirError
from matplotlib.figure import Figure
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from scmrepo.exceptions import SCMError

from figures import comparison as figures
from figures.png import save
from pages.compare.compare import MANY, compare, varying
from pages.compare.pictures import distinct
from pages.compare.revision import Revision
from pages.render import render
from pipeline.files import atomic_write
from pipeline.params import Style
from pipeline.run import run
from vae.files.errors import InputError
from vae.files.metrics import flatten


def main(
    source: Path,
    shared_css: Path,
    reports: Path,
    page: Path,
    revisions: str,
    metric: str = "",
    *,
    style: Style,
) -> None:
    """Write `page`.

    `revisions` are separated by spaces; "workspace" is what lies here now. `metric` is the number
    to rank by first, such as vae.log_likelihood or log_likelihood.
    """
    names = list(dict.fromkeys(revisions.split()))
    if len(names) < 2:
        raise InputError('name two revisions or more: make compare REVS="main softer"')
    read = [_read(name, reports.as_posix()) for name in names]
    compared = compare(read, metric)
    first, order = compared.groups[0], compared.order
    runs = [
        (group.name, run)
        for group in [first, *(group for group in order if group is not first)]
        for run in group.revisions
    ]
    labels = [label for label, _ in runs]
    curves, lines = [run.curves for _, run in runs], varying([run for _, run in runs])
    charts = [figures.draw_curves(curves, labels, dpi=style.dpi)] if any(curves) else []
    if len(names) >= MANY and len(lines) > 1:
        charts.append(figures.draw_parallel(lines, labels, dpi=style.dpi))
    with atomic_write(page) as file:
        text = render(
            source,
            shared_css,
            comparison=compared,
            many=len(names) > MANY,
            figures=distinct(
                compared.figures, names, [name for group in order for name in group.names]
            ),
            charts=[_png(chart) for chart in charts],
        )
        file.write_text(text, encoding="utf-8")


def _png(chart: Figure) -> bytes:
    buffer = io.BytesIO()
    save(chart, buffer, "")
    return buffer.getvalue()


def _read(name: str, reports: str) -> Revision:
    try:
        return _revision(name, DVCFileSystem(rev=None if name == "workspace" else name), reports)
    except (DvcException, SCMError, YAMLError, OSError, ValueError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"{name} cannot be read as a revision of this project: {reason}; give commits, "
            "branches or experiments"
        ) from None


def _revision(name: str, files: DVCFileSystem, reports: str) -> Revision:
    params = _yaml(files, "params.yaml")
    lock = _yaml(files, "dvc.lock") if files.exists("dvc.lock") else {}
    ran = lock.get("stages", {})
    # dvc.lock keeps what was once run, though dvc.yaml may not know it any more
    stages = [ran[stage] for stage in _stages(_yaml(files, "dvc.yaml"), params) if stage in ran]
    outputs = [out["path"] for stage in stages for out in stage.get("outs", [])]
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
        made_with=[flatten(stage.get("params", {}).get("params.yaml", {})) for stage in stages],
        metrics=metrics,
        curves=curves,
        figures={path: data for path, data in content.items() if path.endswith(".png")},
        absent=[out for out in outputs if out.startswith(reports) and not _held(files, out)],
    )


def _stages(pipeline: Any, params: Any) -> Iterator[str]:
    """The names of all stages, as dvc.lock has them."""
    for name, stage in pipeline["stages"].items():
        if "foreach" not in stage:
            yield name
            continue
        items = params
        for key in stage["foreach"].strip("${}").split("."):
            items = items[key]
        yield from (f"{name}@{item}" for item in items)


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
