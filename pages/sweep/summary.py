"""What a sweep found, model by model: settings in the order of one number, and parameters' effects.

Settings that differ in their seed alone are one, with the mean of their numbers and its standard
deviation; see `pages.compare.ranking`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from figures.sweep import Column
from pages.compare.ranking import Place, Ranking, grouped, rankings
from pages.compare.revision import BETTER, Revision, keys_of, show
from pages.report.numbers import METRICS, NATS
from pages.table import Table
from vae.files.errors import InputError

SHOWN = 20
"""Settings in the first table; the others follow folded."""


@dataclass(frozen=True)
class Part:
    """All that is said of one model."""

    model: str
    ranking: Ranking
    keys: Sequence[str]

    @property
    def quantity(self) -> tuple[str, str]:
        """What it is ranked by, and its unit."""
        return self.ranking.key, self.ranking.unit

    @property
    def columns(self) -> list[Column]:
        """The parameters that differ among the settings that are ranked."""
        found = []
        for key in self.keys:
            values = [place.group.revisions[0].params[key] for place in self.ranking.places]
            words = [show(value) for value in values]
            if len(set(words)) > 1:
                found.append(Column(short(key, self.keys), values, words))
        return found

    @property
    def means(self) -> np.ndarray:
        """Of each setting, over its seeds."""
        return np.array([place.mean for place in self.ranking.places])

    @property
    def spreads(self) -> np.ndarray:
        """Standard deviations over seeds; NaN of one seed."""
        return np.array(
            [math.nan if p.spread is None else p.spread for p in self.ranking.places], float
        )

    @property
    def labels(self) -> list[str]:
        """Each setting in a few words or, where they would be many, by its place."""
        columns = self.columns
        if len(columns) == 1:
            return [f"{columns[0].name} {word}" for word in columns[0].words]
        return [f"place {i + 1}" for i in range(len(self.ranking.places))]

    @property
    def settings(self) -> Table:
        """The settings, the best first."""
        model = self.model
        others = [
            key
            for key in keys_of([p.group.revisions[0].metrics for p in self.ranking.places])
            if key.startswith(f"{model}.") and key.count(".") == 1 and key != self.ranking.key
            if key.partition(".")[2] in BETTER or key == f"{model}.kl"
        ]
        columns = self.columns
        head = ["place", *(column.name for column in columns), self.ranking.key]
        head += [key.partition(".")[2] for key in others] + ["seeds", "experiment"]
        rows = []
        for i, place in enumerate(self.ranking.places):
            row = [str(i + 1), *(column.words[i] for column in columns)]
            row += [self.ranking.value(place), *(_mean(place, key) for key in others)]
            rows.append([*row, str(place.seeds), place.group.name])
        return Table(head, rows)

    @property
    def effects(self) -> Table:
        """What each parameter does, the strongest first: its best value against its worst."""
        found = []
        for column in self.columns:
            groups = _alike(column)
            means = {words: np.median(self.means[chosen]) for words, chosen in groups.items()}
            best, worst = max(means, key=means.__getitem__), min(means, key=means.__getitem__)
            found.append((means[best] - means[worst], column.name, best, worst))
        noise = _noise(self.ranking.places)
        rows = [
            [name, best, worst, f"{gain:.3g}", noise]
            for gain, name, best, worst in sorted(found, key=lambda item: -item[0])
        ]
        head = ["parameter", "best value", "worst value", "medians differ by", "seeds spread by"]
        return Table(head, rows)


def parts(
    revisions: Sequence[Revision], models: Sequence[str], keys: Sequence[str], metric: str
) -> list[Part]:
    """A part for each model of which two settings or more have a number.

    Args:
        revisions: the experiments that have results.
        models: those that the sweep measures.
        keys: the parameters that it changes.
        metric: the number to rank by, such as elbo; "" for that.

    Raises:
        InputError: no model has it.
    """
    if not revisions:
        return []
    found = rankings(grouped(revisions))
    last = metric.rpartition(".")[2] or "elbo"
    chosen = [(model, found[key]) for model in models if (key := f"{model}.{last}") in found]
    if metric and not chosen and found:
        names = sorted({key.rpartition(".")[2] for key in found})
        raise InputError(f"METRIC is {metric}, by which nothing is ranked; give {', '.join(names)}")
    return [Part(model, ranking, keys) for model, ranking in chosen]


def short(key: str, keys: Sequence[str]) -> str:
    """The last words of a dotted key that no other key ends with.

    >>> short("models.vae.objective.beta", ["models.vae.objective.beta", "models.cvae.epochs"])
    'beta'
    """
    words = key.split(".")
    for count in range(1, len(words)):
        tail = ".".join(words[-count:])
        if not any(f".{other}".endswith(f".{tail}") for other in keys if other != key):
            return tail
    return key


def _alike(column: Column) -> dict[str, np.ndarray]:
    """Which settings share a value or, of many numbers, a third of them, in words."""
    words = np.array(column.words)
    if column.few:
        return {word: words == word for word in dict.fromkeys(column.words)}
    order = np.argsort(np.array(column.values, float), kind="stable")
    return {f"{words[third[0]]} to {words[third[-1]]}": third for third in np.array_split(order, 3)}


def _noise(places: Sequence[Place]) -> str:
    """The standard deviation over seeds, pooled over all settings that have several."""
    spreads = [place.spread for place in places if place.spread is not None]
    return f"{math.sqrt(fmean(s * s for s in spreads)):.2g}" if spreads else "–"


def _mean(place: Place, key: str) -> str:
    values = place.group.values(key)
    metric = METRICS.get(key.partition(".")[2])
    digits = 2 if metric and metric.unit == NATS else 4
    return f"{fmean(values):.{digits}f}".replace("-", "−") if values else "–"
