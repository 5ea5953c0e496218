"""Revisions of the project side by side: parameters, numbers, curves and figures.

A revision is a Git commit, a branch, a tag, a DVC experiment or the workspace. The first one named
is what the others are compared with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Flat = Mapping[str, Any]
"""Values by their dotted keys."""

HIGHER, LOWER = 1, -1
BETTER = {
    "elbo": HIGHER,
    "reconstruction": HIGHER,
    "log_likelihood": HIGHER,
    "knn_accuracy": HIGHER,
    "knn_accuracy_latent": HIGHER,
    "trustworthiness": HIGHER,
    "pca_knn_accuracy": HIGHER,
    "pca_trustworthiness": HIGHER,
    "kl_divergence": LOWER,
}
"""Which direction of a number is better, by the last part of its key; others have none."""

MANY = 4
"""So many revisions that their parameters are drawn as lines, too."""


@dataclass(frozen=True)
class Revision:
    """All that is compared of one revision."""

    name: str
    params: Flat
    """As its params.yaml has them."""
    made_with: Sequence[Flat]
    """What each of its stages was last run with, as its dvc.lock has it."""
    metrics: Flat
    curves: Mapping[str, Sequence[tuple[float, float]]]
    """Epoch and validation ELBO of each model."""
    figures: Mapping[str, bytes]
    """PNG and GIF files by name."""
    absent: Sequence[str]
    """Outputs that dvc.lock names and the cache does not hold."""


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
    params: Mapping[str, Sequence[str]]
    metrics: Mapping[str, Sequence[Cell]]
    figures: Mapping[str, Sequence[bytes | None]]
    """Those that differ: a figure's file from each revision."""
    same: Mapping[str, bytes]
    """Those that do not."""


def compare(revisions: Sequence[Revision]) -> Comparison:
    """Everything that is not the same in all revisions, and all figures."""
    comparable = _same([revision.params.get("dataset.name") for revision in revisions])
    params = {
        key: [_shown(revision.params, key) for revision in revisions]
        for key in _keys([revision.params for revision in revisions])
    }
    metrics = {
        key: _cells(key, [revision.metrics.get(key) for revision in revisions], comparable)
        for key in _keys([revision.metrics for revision in revisions])
    }
    figures = {
        name: [revision.figures.get(name) for revision in revisions]
        for name in _keys([revision.figures for revision in revisions])
    }
    return Comparison(
        names=[revision.name for revision in revisions],
        notes=[note for revision in revisions for note in notes(revision)]
        + ([] if comparable else ["The data sets differ: no number here is better or worse"]),
        params={key: values for key, values in params.items() if not _same(values)},
        metrics={key: cells for key, cells in metrics.items() if not _same(cells)},
        figures={name: files for name, files in figures.items() if not _same(files)},
        same={name: files[0] for name, files in figures.items() if files[0] and _same(files)},
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
        f"{key} was {show(value)} and is {_shown(revision.params, key)}": None
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
    """Parameters that are numbers everywhere and differ, then every model's ELBO."""
    lines: dict[str, list[Any]] = {}
    for key in _keys([revision.params for revision in revisions]):
        lines[key] = [revision.params.get(key) for revision in revisions]
    for key in _keys([revision.metrics for revision in revisions]):
        if key.endswith(".elbo"):
            lines[key] = [revision.metrics.get(key) for revision in revisions]
    return {
        key: [float(value) for value in values]
        for key, values in lines.items()
        if all(map(_number, values)) and not _same(values)
    }


def show(value: object) -> str:
    """A value as a table shows it."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(map(show, value)) or "none"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text.replace("-", "−") if _number(value) else text


def _shown(values: Flat, key: str) -> str:
    return show(values[key]) if key in values else "–"


def _cells(key: str, values: Sequence[Any], comparable: bool) -> list[Cell]:
    first, cells = values[0], []
    for value in values:
        if not (_number(value) and _number(first)) or value == first:
            cells.append(Cell("–" if value is None else show(value)))
            continue
        change = value - first
        direction = BETTER.get(key.rsplit(".", 1)[-1], 0) * change if comparable else 0
        verdict = "better" if direction > 0 else "worse" if direction < 0 else ""
        cells.append(Cell(show(value), f"{change:+.4g}".replace("-", "−"), verdict))
    return cells


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _keys(mappings: Sequence[Mapping[str, Any]]) -> list[str]:
    """All keys, each where it first comes."""
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def _same(values: Sequence[Any]) -> bool:
    return all(value == values[0] for value in values)
