"""Revisions of the project side by side: which is better, and what differs.

The first one named is what the others are compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pages.compare.ranking import Group, Ranking, chosen, grouped, rankings
from pages.compare.revision import (
    BETTER,
    Revision,
    is_number,
    keys_of,
    same,
    scale,
    show,
    shown,
)

MANY = 4
"""More revisions than these are shown folded and small; from so many on, their parameters are drawn
as lines, too."""


@dataclass(frozen=True)
class Cell:
    """A number and how it differs from the first revision's."""

    value: str
    change: str = ""
    verdict: str = ""
    """"better", "worse" or nothing."""


@dataclass(frozen=True)
class Comparison:
    """What differs between revisions, ready to be shown."""

    names: Sequence[str]
    notes: Sequence[str]
    groups: Sequence[Group]
    rankings: Mapping[str, Ranking]
    """By the key of a number."""
    chosen: str
    """The one to show first, or nothing if there is none."""
    params: Mapping[str, Sequence[Cell]]
    metrics: Mapping[str, Sequence[Cell]]
    figures: Mapping[str, Sequence[bytes | None]]
    """Those that differ: a figure's file from each revision."""
    same: Mapping[str, bytes]
    """Those that do not."""

    @property
    def order(self) -> Sequence[Group]:
        """The groups as the chosen ranking has them, then those that it has not."""
        ranking = self.rankings.get(self.chosen)
        return [*(p.group for p in ranking.places), *ranking.apart] if ranking else self.groups


def compare(revisions: Sequence[Revision], metric: str = "") -> Comparison:
    """The rankings, everything that is not the same in all revisions, and all figures.

    Args:
        revisions: two or more.
        metric: the number to rank by first; see `pages.compare.ranking.chosen`.
    """
    groups = grouped(revisions)
    found = rankings(groups)
    data = [revision.params.get("dataset.name") for revision in revisions]
    params = {
        key: [Cell(shown(revision.params, key)) for revision in revisions]
        for key in keys_of([revision.params for revision in revisions])
    }
    metrics = {
        key: _cells(key, revisions) for key in keys_of([revision.metrics for revision in revisions])
    }
    figures = {
        name: [revision.figures.get(name) for revision in revisions]
        for name in keys_of([revision.figures for revision in revisions])
    }
    return Comparison(
        names=[revision.name for revision in revisions],
        notes=[note for revision in revisions for note in notes(revision)]
        + ([] if same(data) else ["The data sets differ: compare numbers of one only"]),
        groups=groups,
        rankings=found,
        chosen=chosen(metric, found),
        params={key: values for key, values in params.items() if not same(values)},
        metrics={key: cells for key, cells in metrics.items() if not same(cells)},
        figures={name: files for name, files in figures.items() if not same(files)},
        same={name: files[0] for name, files in figures.items() if files[0] and same(files)},
    )


def notes(revision: Revision) -> list[str]:
    """What one should know of a revision's results before believing them, and the remedy."""
    remedy = (
        f"make them: check it out (`git switch --detach {revision.name}`, or for an experiment "
        f"`dvc exp apply {revision.name}`) and run `dvc repro`"
    )
    if revision.name == "workspace":
        remedy = "make them: run `dvc repro`"
    found = []
    if not revision.metrics:
        return [f"{revision.name} has no results yet; {remedy}"]
    stale = {
        f"{key} was {show(value)} and is {shown(revision.params, key)}": None
        for stage in revision.made_with
        for key, value in stage.items()
        if key not in revision.params or value != revision.params[key]
    }
    if stale:
        found.append(
            f"The results of {revision.name} were not made with its params.yaml: "
            f"{'; '.join(stale)}; {remedy}"
        )
    if revision.absent:
        found.append(
            f"Of {revision.name} the cache does not hold {', '.join(revision.absent)}; {remedy}, "
            "or `dvc pull` if there is a remote"
        )
    return found


def varying(revisions: Sequence[Revision]) -> dict[str, list[float]]:
    """Parameters but the seed that are numbers everywhere and differ, then every model's ELBO."""
    lines: dict[str, list[Any]] = {}
    for key in keys_of([revision.params for revision in revisions]):
        if key == "seed":
            continue
        lines[key] = [revision.params.get(key) for revision in revisions]
    for key in keys_of([revision.metrics for revision in revisions]):
        if key.endswith(".elbo"):
            lines[key] = [revision.metrics.get(key) for revision in revisions]
    return {
        key: [float(value) for value in values]
        for key, values in lines.items()
        if all(map(is_number, values)) and not same(values)
    }


def _cells(key: str, revisions: Sequence[Revision]) -> list[Cell]:
    first, cells = revisions[0].metrics.get(key), []
    for revision in revisions:
        value = revision.metrics.get(key)
        if not (is_number(value) and is_number(first)) or value == first:
            cells.append(Cell("–" if value is None else show(value)))
            continue
        change = value - first
        alike = scale(revision, key) == scale(revisions[0], key)
        direction = BETTER.get(key.rsplit(".", 1)[-1], 0) * change if alike else 0
        verdict = "better" if direction > 0 else "worse" if direction < 0 else ""
        cells.append(Cell(show(value), f"{change:+.4g}".replace("-", "−"), verdict))
    return cells
