"""A revision of the project, as far as it is compared, and how its values are shown.

A revision is a Git commit, a branch, a tag, a DVC experiment or the workspace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from pages.report.numbers import METRICS, NATS

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


def scale(revision: Revision, key: str) -> tuple[object, ...]:
    """What numbers of that key must share to be compared: the data, how, and of nats the pixels."""
    model, _, last = key.partition(".")
    nats = last in METRICS and METRICS[last].unit == NATS
    likelihood = revision.params.get(f"models.{model}.likelihood") if nats else None
    samples = revision.metrics.get(f"{key}_samples", "unsaid")  # none of a sum, and exact
    return revision.params.get("dataset.name"), likelihood, samples


def show(value: object) -> str:
    """A value as a table shows it."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(map(show, value)) or "none"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text.replace("-", "−") if is_number(value) else text


def shown(values: Flat, key: str) -> str:
    """The value of a key as a table shows it."""
    return show(values[key]) if key in values else "–"


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def keys_of(mappings: Sequence[Mapping[str, Any]]) -> list[str]:
    """All keys, each where it first comes."""
    return list(dict.fromkeys(key for mapping in mappings for key in mapping))


def same(values: Sequence[Any]) -> bool:
    """Whether all values are equal."""
    return all(value == values[0] for value in values)
