"""The schema of a sweep's file, and the settings that it asks for; README.md here has all keys."""

import math
import random
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from pipeline.section import Positive, Section

Setting = Mapping[str, Any]
"""Values by the dotted keys of params.yaml that they replace."""
SEED = "seed"


def _plain(value: Any) -> Any:
    if any(isinstance(v, dict | list) for v in (value if isinstance(value, list) else [value])):
        raise ValueError("a value is a number, a word, true, false, null or a list of these")
    return value


Key = Annotated[str, Field(pattern=r"^\w+(\.\w+)*$")]
Value = Annotated[Any, AfterValidator(_plain)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]


class Interval(Section):
    """Numbers between two ends, both included."""

    first: Annotated[float, Field(alias="from")]
    last: Annotated[float, Field(alias="to")]
    scale: Literal["linear", "log", "integer"] = "linear"

    @model_validator(mode="after")
    def _spans(self) -> "Interval":
        if self.first >= self.last:
            raise ValueError(f"from must be less than to, and {self.first:g} ≥ {self.last:g}")
        if self.scale == "log" and self.first <= 0:
            raise ValueError(f"a log scale needs from > 0, and it is {self.first:g}")
        if self.scale == "integer" and not (self.first.is_integer() and self.last.is_integer()):
            raise ValueError(f"{self.first:g} and {self.last:g} must be whole numbers")
        return self

    def at(self, share: float) -> float:
        """The number at a share of the way from one end to the other, to 6 digits.

        >>> Interval(**{"from": 1e-4, "to": 1e-2, "scale": "log"}).at(0.5)
        0.001
        """
        if self.scale == "log":
            value = math.exp(_between(math.log(self.first), math.log(self.last), share))
        else:
            value = _between(self.first, self.last, share)
        return round(value) if self.scale == "integer" else float(f"{value:.6g}")


class Range(Interval):
    """A number of them at even steps or, on a log scale, at even factors."""

    count: Annotated[int, Field(ge=2)]

    @property
    def values(self) -> list[float]:
        """Each once."""
        return list(dict.fromkeys(self.at(i / (self.count - 1)) for i in range(self.count)))


class Random(Section):
    """Settings drawn at random, evenly on each scale; more of them begin with the same ones."""

    count: Positive
    seed: Seed
    draws: Annotated[dict[Key, Interval], Field(min_length=1)]

    @property
    def settings(self) -> list[Setting]:
        """One for each draw."""
        columns = {}
        for key, interval in self.draws.items():
            source = random.Random(f"{self.seed} {key}")
            columns[key] = [_drawn(interval, source) for _ in range(self.count)]
        return [{key: column[i] for key, column in columns.items()} for i in range(self.count)]


class Sweep(Section):
    """A sweep's file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    seeds: Annotated[list[Seed], Field(min_length=1)] | None = None
    grid: dict[Key, Annotated[list[Value], Field(min_length=1)]] = Field(default_factory=dict)
    ranges: dict[Key, Range] = Field(default_factory=dict)
    random: Random | None = None
    settings: list[dict[Key, Value]] = Field(default_factory=list)
    targets: Annotated[list[str], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _apart(self) -> "Sweep":
        if twice := self.grid.keys() & self.ranges.keys():
            raise ValueError(f"{', '.join(sorted(twice))}: give a grid or a range, one of the two")
        if SEED in self.keys:
            raise ValueError("seed: give the seeds as `seeds`, so that their spread can be told")
        return self

    @property
    def keys(self) -> list[str]:
        """All that it changes, but for the seed, each once."""
        drawn = self.random.draws if self.random else {}
        listed = [key for setting in self.settings for key in setting]
        return list(dict.fromkeys([*self.grid, *self.ranges, *drawn, *listed]))

    def expanded(self) -> list[Setting]:
        """Every setting that it asks for, with every seed.

        Two of them may come to the same once the other parameters are known.
        """
        seeds = [{SEED: seed} for seed in self.seeds] if self.seeds else [{}]
        return [{**setting, **seed} for setting in self._unseeded() for seed in seeds]

    def _unseeded(self) -> Iterator[Setting]:
        axes = self.grid | {key: span.values for key, span in self.ranges.items()}
        if axes or not (self.random or self.settings):
            yield from (dict(zip(axes, values, strict=True)) for values in product(*axes.values()))
        if self.random:
            yield from self.random.settings
        yield from self.settings


def _between(first: float, last: float, share: float) -> float:
    return first + share * (last - first)


def _drawn(interval: Interval, source: random.Random) -> float:
    """Of whole numbers each is as likely as any other."""
    if interval.scale == "integer":
        return source.randint(int(interval.first), int(interval.last))
    return interval.at(source.random())
