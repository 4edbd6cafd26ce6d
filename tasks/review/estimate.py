"""How many rows the rules drop wrongly, from the random sample that people have judged.

A stratum's rate is the mean of its judged rows; the rate of all is these weighed by how many rows
left for each reason, which is the estimate of Horvitz and Thompson (1952) for a stratified draw.
The interval of a stratum is Wilson's, narrowed by the share of it that was looked at; that of all
is put together from those by recovering variances (MOVER, Zou and Donner 2008), which, unlike the
usual sum of variances, does not vanish when no wrong drop was found.
"""

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

import polars as pl

from tasks.redact.interval import wilson

Facts = dict[str, Any]


class Rate(NamedTuple):
    """A rate and where it may lie (95 %)."""

    value: float
    low: float
    high: float


class Stratum(NamedTuple):
    """What was found in one stratum."""

    name: str
    population: int
    judged: int
    wrong: float  # rows that people want back; a tie counts half

    def rate(self) -> Rate:
        """Of one that has a judged row."""
        value = self.wrong / self.judged
        low, high = wilson(value, self.judged)
        unseen = sqrt(1 - self.judged / self.population)
        return Rate(value, value - (value - low) * unseen, value + (high - value) * unseen)


def strata(lines: pl.DataFrame) -> list[Stratum]:
    """The strata of a push.

    Args:
        lines: A line per row drawn: stratum, population and wrong (1: people want it back; 0: they
            do not; 0.5: as many do as do not; null: nobody has answered).
    """
    grouped = lines.group_by("stratum", maintain_order=True).agg(
        pl.col("population").first(), judged=pl.col("wrong").count(), wrong=pl.col("wrong").sum()
    )
    return [Stratum(*line) for line in grouped.iter_rows()]


def overall(found: Sequence[Stratum]) -> Rate | None:
    """The rate over all strata that have a judged row; None without one."""
    known = [one for one in found if one.judged]
    total = sum(one.population for one in known)
    if not total:
        return None
    weighed = [(one.population / total, one.rate()) for one in known]
    value = sum(weight * rate.value for weight, rate in weighed)
    below = sqrt(sum((weight * (rate.value - rate.low)) ** 2 for weight, rate in weighed))
    above = sqrt(sum((weight * (rate.high - rate.value)) ** 2 for weight, rate in weighed))
    return Rate(value, max(0.0, value - below), min(1.0, value + above))


def false_drops(lines: pl.DataFrame) -> Facts:
    """The rates for a report; see `strata` for `lines`."""
    found = strata(lines)
    rate = overall(found)
    covered = sum(one.population for one in found if one.judged)
    return {
        "dropped": sum(one.population for one in found),
        "covered": covered,
        "judged": sum(one.judged for one in found),
        "overall": None if rate is None else _facts(rate, covered),
        "strata": [
            {"name": one.name, "dropped": one.population, "judged": one.judged,
             "wrong": one.wrong, **(_facts(one.rate(), one.population) if one.judged else {})}
            for one in found
        ],
    }  # fmt: skip


def _facts(rate: Rate, rows: int) -> Facts:
    ends = {name: round(value, 4) for name, value in rate._asdict().items()}
    return {**ends, "rows": round(rate.value * rows)}
