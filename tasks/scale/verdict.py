"""Whether more rows are worth having, with the probability that says so."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from tasks.scale.families import Floats
from tasks.scale.fit import forecast, noise_of

Verdict = Literal["add data", "enough", "not improving", "undecided"]
SEEDS, SIZES = 3, 5  # fewer of either, and there is no verdict
LIKELY, UNLIKELY = 0.6, 0.2
SURE = 2.0  # standard errors that a slope must be away from 0
RISE = 2.5  # and that a first or last point must be above the lowest


class Judged(NamedTuple):
    """A verdict, and what it rests on."""

    verdict: Verdict
    probability: float | None  # that twice the rows are worth having; None: cannot be told
    why: str


def judge(
    sizes: Sequence[int], values: Floats, worth: float, parts: Floats | None = None
) -> Judged:
    """What a curve says about more rows.

    Args:
        sizes: S rising sizes.
        values: (S, K) of a measure of which less is better.
        worth: Share of today's value that twice the rows must take off.
        parts: (S,) shares of the pool; see `noise_of`.
    """
    if values.shape[1] < SEEDS:
        return Judged("undecided", None, f"{_many(values.shape[1], 'seed')}, and it takes {SEEDS}")
    if len(sizes) < SIZES:
        return Judged("undecided", None, f"{_many(len(sizes), 'size')}, and it takes {SIZES}")
    means, noise = values.mean(axis=1), noise_of(values, parts)
    lowest = int(means.argmin())
    fell, rose = ((means[end] - means[lowest]) / np.sqrt(noise[end] + noise[lowest])
                  for end in (0, -1))  # fmt: skip
    if rose > RISE:
        told = f"it is worse at {sizes[-1]:,} rows than at {sizes[lowest]:,}"
        if fell > RISE:
            return Judged("undecided", None, f"{told}, so no curve that falls fits it")
        return Judged("not improving", 0.0, told)
    slope = _slope(sizes, means, noise)
    likely = worth_of(sizes, values, worth, parts)
    if slope > -SURE:
        told = "more rows have changed nothing beyond the noise between seeds"
        return Judged("not improving", likely, told)
    chance = f"with a probability of {_percent(likely)}"
    told = f"twice the rows lower it by {_percent(worth)} or more {chance}"
    if likely >= LIKELY:
        return Judged("add data", likely, told)
    return Judged("enough" if likely < UNLIKELY else "undecided", likely, told)


def worth_of(
    sizes: Sequence[int], values: Floats, worth: float, parts: Floats | None = None
) -> float:
    """Probability that twice the rows take off a share `worth` of today's value."""
    found = forecast(sizes, values, [2.0 * sizes[-1]], parts)
    return float(found.below(float(values[-1].mean()) * (1 - worth))[0])


def _slope(sizes: Sequence[int], means: Floats, noise: Floats) -> float:
    """Slope over doublings in its standard errors."""
    w = 1 / noise
    x = np.log2(np.asarray(sizes, dtype=float))
    x = x - (w * x).sum() / w.sum()
    return float((w * x * means).sum() / np.sqrt((w * x**2).sum()))


def _percent(share: float) -> str:
    """Never rounded to nothing or to all."""
    return "less than 1 %" if share < 0.01 else f"{min(share, 0.99):.0%}".replace("%", " %")


def _many(n: int, what: str) -> str:
    return f"there {'is' if n == 1 else 'are'} {n} {what}{'' if n == 1 else 's'}"
