"""Write what a sweep found, from its experiments as Git holds them: a page, and Markdown."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from figures.comparison import draw_curves
from figures.png import save
from figures.sweep import draw_effects, draw_parallel
from pages.compare.revision import Revision
from pages.render import render
from pages.sweep.summary import SHOWN, Part, parts
from pages.table import Table, markdown_table
from pipeline.files import atomic_write
from sweeps import git
from sweeps.experiment import Experiment, measured, targets
from sweeps.schema import Sweep
from vae.files.metrics import flatten


def write(
    sweep: Sweep,
    base: str,
    params: Mapping[str, Any],
    asked: Sequence[Experiment],
    page: Path,
    shared_css: Path,
    reports: Path,
    metric: str,
) -> list[Path]:
    """Write `<reports>/sweeps/<name>.html` and `.md`; which these are.

    Args:
        sweep: its file.
        base: the commit that it ran.
        params: of that commit.
        asked: its experiments, with results or without.
        page: the folder of the page's template.
        shared_css: the style of all pages.
        reports: where experiments keep metrics and curves, and the report comes to lie.
        metric: the number to rank by; "" for the ELBO.

    Raises:
        InputError: nothing can be ranked by that number.
    """
    models = measured(targets(sweep, params), params)
    revisions = read(asked, base, models, reports.as_posix())
    found = parts(revisions, models, sweep.keys, metric)
    there = {revision.name for revision in revisions}
    missing = [each.words for each in asked if each.name not in there]
    opening = (
        f"{len(there)} of {len(asked)} experiments have results; each is commit `{base[:10]}` with "
        "other parameters. `dvc exp apply <experiment>` brings one here, and `make compare "
        'REVS="<experiment> <experiment>"` sets some side by side.'
    )
    values: dict[str, Any] = {"name": sweep.name, "opening": opening}
    values |= {"parts": found, "missing": missing}
    charts = {part.model: _charts(part, params["style"]["dpi"]) for part in found}
    html = render(page, shared_css, charts=charts, shown=SHOWN, **values)
    texts = {"html": html, "md": "\n".join(_markdown(**values)) + "\n"}
    written = [reports / "sweeps" / f"{sweep.name}.{kind}" for kind in texts]
    for path, text in zip(written, texts.values(), strict=True):
        with atomic_write(path) as file:
            file.write_text(text, encoding="utf-8")
    return written


def read(
    asked: Sequence[Experiment], base: str, models: Sequence[str], reports: str
) -> list[Revision]:
    """Those experiments that have results, with the numbers and curves of some models."""
    kinds = [f"metrics/{model}.json" for model in models]
    kinds += [f"curves/{model}.csv" for model in models]
    files = [f"{git.folder(base)}/{each.name}:{reports}/{kind}" for each in asked for kind in kinds]
    contents = git.contents(files)
    found = []
    for each in asked:
        held = {kind: content for kind in kinds if (content := next(contents)) is not None}
        metrics: dict[str, Any] = {}
        curves = {}
        for kind, content in held.items():
            if kind.endswith(".json"):
                metrics |= flatten(json.loads(content))
            else:
                rows = csv.DictReader(io.StringIO(content.decode()))
                points = [(float(row["epoch"]), float(row["validation_elbo"])) for row in rows]
                curves[Path(kind).stem] = points
        if metrics:
            found.append(Revision(each.name, each.params, [], metrics, curves, {}, []))
    return found


def _charts(part: Part, dpi: int) -> dict[str, bytes]:
    """Pictures, by what they show."""
    means, columns, quantity = part.means, part.columns, part.quantity
    drawn = {}
    if columns:
        effects = draw_effects(columns, means, part.spreads, quantity, dpi=dpi)
        drawn["What each parameter does, a panel each"] = effects
        drawn["Every setting as a line"] = draw_parallel(columns, means, quantity[0], dpi=dpi)
    lines = [
        ({part.model: revision.curves[part.model]}, label)
        for place, label in zip(part.ranking.places, part.labels, strict=True)
        for revision in place.group.revisions
        if part.model in revision.curves
    ]
    if lines:
        curves, names = zip(*lines, strict=True)
        drawn["Validation curves of all settings"] = draw_curves(curves, names, dpi=dpi)
    return {words: _png(figure) for words, figure in drawn.items()}


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    save(figure, buffer, "")
    return buffer.getvalue()


def _markdown(name: str, opening: str, parts: Sequence[Part], missing: Sequence[str]) -> list[str]:
    lines = [f"# Sweep {name}", "", opening]
    for part in parts:
        table = part.settings
        best = Table(table.head, table.rows[:SHOWN])
        lines += ["", f"## {part.model}", "", " ".join(part.ranking.verdict), ""]
        lines += markdown_table(best)
        if part.effects.rows:
            lines += ["", *markdown_table(part.effects)]
    if missing:
        lines += ["", "Without results:", "", *(f"- {words}" for words in missing)]
    return lines
