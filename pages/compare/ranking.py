"""Which revision is better, by how much and why: revisions in the order of one number.

Revisions whose parameters differ in `seed` alone are one group, with the mean of their numbers and
its spread. Numbers are ranked within one scale: the same data set and, where they are likelihoods,
the same kind of pixels.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev

from pages.compare.revision import (
    BETTER,
    Flat,
    Revision,
    is_number,
    keys_of,
    scale,
    shown,
)
from pages.report.numbers import METRICS, NATS
from vae.files.errors import InputError

TERMS = ("reconstruction", "kl")
"""What an ELBO is the difference of."""
_SURE = 2.0
"""So many standard errors apart, two means are told apart."""


@dataclass(frozen=True)
class Group:
    """Revisions that differ in their seed alone."""

    revisions: Sequence[Revision]
    changed: Mapping[str, tuple[str, str]]
    """Parameters that are not the first group's: that one's value and this one's."""

    @property
    def name(self) -> str:
        """The first revision's."""
        return self.revisions[0].name

    @property
    def names(self) -> list[str]:
        """Of all its revisions."""
        return [revision.name for revision in self.revisions]

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        seeds = len(self.revisions)
        return f"`{self.name}`" + (f" (with {seeds - 1} more seeds)" if seeds > 1 else "")

    def values(self, key: str) -> list[float]:
        """A number of each revision that has it."""
        found = (revision.metrics.get(key) for revision in self.revisions)
        return [float(value) for value in found if is_number(value)]


@dataclass(frozen=True)
class Place:
    """A group in a ranking."""

    group: Group
    mean: float
    spread: float | None
    """The standard deviation over the seeds, of two or more."""
    seeds: int

    @property
    def error(self) -> float | None:
        """The standard error of the mean."""
        return None if self.spread is None else self.spread / math.sqrt(self.seeds)


@dataclass(frozen=True)
class Ranking:
    """Groups by one number, the best first."""

    key: str
    label: str
    unit: str
    places: Sequence[Place]
    apart: Sequence[Group]
    """Those that have no such number, or one of another scale."""
    verdict: Sequence[str]
    """Which is best and why, in sentences."""

    def value(self, place: Place) -> str:
        """A mean, with the standard deviation over the seeds."""
        spread = "" if place.spread is None else f" ± {place.spread:.2g}"
        return f"{place.mean:.{2 if self.unit else 4}f}".replace("-", "−") + spread

    def behind(self, place: Place) -> str:
        """How far a mean is from the best."""
        change = place.mean - self.places[0].mean
        return f"{change:+.3g}".replace("-", "−") if change else ""

    def share(self, value: float) -> float:
        """Where a value lies between the ends of the ranking's axis, in [0, 1]."""
        ends = [p.mean + sign * (p.spread or 0) for p in self.places for sign in (-1, 1)]
        low, high = min(ends), max(ends)
        return (value - low) / (high - low) if high > low else 0.5


def grouped(revisions: Sequence[Revision]) -> list[Group]:
    """Revisions that differ in their seed alone together, in the order of their first.

    Where a seed comes twice, something else than the parameters differs, such as the code: then
    each revision stays alone.
    """
    alike: dict[str, list[Revision]] = {}
    for revision in revisions:
        others = {key: value for key, value in revision.params.items() if key != "seed"}
        alike.setdefault(repr(sorted(others.items())), []).append(revision)
    members = []
    for together in alike.values():
        seeds = {repr(revision.params.get("seed")) for revision in together}
        members += [together] if len(seeds) == len(together) else [[one] for one in together]
    members.sort(key=lambda group: revisions.index(group[0]))
    first = revisions[0].params
    return [Group(group, _changes(first, group[0].params)) for group in members]


def rankings(groups: Sequence[Group]) -> dict[str, Ranking]:
    """A ranking by every number that has a better direction, the first model's ELBO first."""
    keys = keys_of([revision.metrics for group in groups for revision in group.revisions])
    params = groups[0].revisions[0].params
    models = dict.fromkeys(key.split(".")[1] for key in params if key.startswith("models."))
    first = [f"{model}.elbo" for model in models]
    ranked = [_ranking(key, groups) for key in dict.fromkeys([*first, *keys])]
    return {ranking.key: ranking for ranking in ranked if ranking}


def chosen(metric: str, found: Mapping[str, Ranking]) -> str:
    """The key of the ranking that is asked for: whole, or without its model; the first for "".

    Raises:
        InputError: there is none of that name.
    """
    if not metric:
        return next(iter(found), "")
    for key in found:
        if metric in (key, key.partition(".")[2]):
            return key
    raise InputError(
        f"METRIC is {metric}, by which these revisions cannot be ranked; give one of "
        f"{', '.join(found) or 'none, since they have no results'}"
    )


def _ranking(key: str, groups: Sequence[Group]) -> Ranking | None:
    model, _, last = key.partition(".")
    direction = BETTER.get(key.rpartition(".")[2])
    measured = [group for group in groups if group.values(key)]
    if direction is None or not measured:
        return None
    kind = scale(measured[0].revisions[0], key)
    places = [_place(group, key) for group in measured if scale(group.revisions[0], key) == kind]
    places.sort(key=lambda place: -direction * place.mean)
    metric = METRICS.get(last)
    label = f"{metric.name} of {model}" if metric else key
    unit = NATS if metric and metric.unit == NATS else ""
    ranked = [place.group for place in places]
    apart = [group for group in groups if group not in ranked]
    ranking = Ranking(key, label, unit, places, apart, [])
    return replace(ranking, verdict=_verdict(ranking, groups[0], direction)) if places[1:] else None


def _place(group: Group, key: str) -> Place:
    values = group.values(key)
    return Place(group, fmean(values), stdev(values) if values[1:] else None, len(values))


def _verdict(ranking: Ranking, first: Group, direction: int) -> list[str]:
    """The best against the first group or, where that is itself the best, the next."""
    best, *others = ranking.places
    value = f"{ranking.value(replace(best, spread=None))} {ranking.unit}".strip()
    if best.mean == others[-1].mean:
        return [f"By the {ranking.label} all are the same: {value}."]
    other = next((place for place in others if place.group is first), others[0])
    ahead = abs(best.mean - other.mean)
    error = None
    if best.error is not None and other.error is not None:
        error = math.hypot(best.error, other.error)
    margin = f"{ahead:.3g}" + (f" ± {error:.2g}" if error is not None else "")
    next_one = "" if other.group is first else "the next, "
    return [
        f"By the {ranking.label}, {best.group.words} is the best of {len(ranking.places)}: "
        f"{value}, {margin} {'more' if direction > 0 else 'less'} than {next_one}"
        f"{other.group.words}.",
        *_terms(ranking.key, best.group, other.group),
        _differences(other.group, best.group),
        _certainty(ahead, error),
    ]


def _terms(key: str, best: Group, other: Group) -> list[str]:
    """Which of its two terms an ELBO owes its lead to."""
    model, _, last = key.partition(".")
    pairs = [(best.values(f"{model}.{term}"), other.values(f"{model}.{term}")) for term in TERMS]
    if last != "elbo" or not all(mine and theirs for mine, theirs in pairs):
        return []
    told = []
    for term, (mine, theirs) in zip(TERMS, pairs, strict=True):
        change = fmean(mine) - fmean(theirs)
        name = METRICS[term].name
        told.append(f"its {name} is {abs(change):.3g} {'higher' if change > 0 else 'lower'}")
    return [f"{told[0].capitalize()}, {told[1]}."]


def _differences(before: Group, after: Group) -> str:
    changes = _changes(before.revisions[0].params, after.revisions[0].params)
    told = [f"`{key}` is {now} instead of {then}" for key, (then, now) in changes.items()]
    if not told:
        return "Their parameters are the same: code or data differ."
    more = f"; and {len(told) - 4} more, below" if len(told) > 4 else ""
    return f"What differs: {'; '.join(told[:4])}{more}."


def _certainty(ahead: float, error: float | None) -> str:
    if error is None:
        return (
            "How much of that is chance is not known: run each with other seeds, as in `dvc exp "
            "run -S seed=1`."
        )
    if ahead < _SURE * error:
        return "That is no more than their seeds alone account for."
    return "That is more than their seeds account for (± is the standard error over seeds)."


def _changes(before: Flat, after: Flat) -> dict[str, tuple[str, str]]:
    return {
        key: (shown(before, key), shown(after, key))
        for key in keys_of([before, after])
        if key != "seed" and before.get(key) != after.get(key)
    }
