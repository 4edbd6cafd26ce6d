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
NOTHING = 1e-9  # of the largest value; there is nothing left to take off
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
    if risen := has_risen(sizes, values, parts):
        fell = (means[0] - means.min()) / np.sqrt(noise[0] + noise[int(means.argmin())])
        if fell > RISE:
            return Judged("undecided", None, f"{risen}, so no curve that falls fits it")
        return Judged("not improving", 0.0, risen)
    likely = worth_of(sizes, values, worth, parts)
    told = f"the chance that twice as many lower it by {_percent(worth)} is {_percent(likely)}"
    if _slope(sizes, means, noise) > -SURE:
        seen = "no change could be told from the noise between draws"
        sure = likely < UNLIKELY
        return Judged("not improving" if sure else "undecided", likely, f"{seen}; {told}")
    if likely >= LIKELY:
        return Judged("add data", likely, told)
    return Judged("enough" if likely < UNLIKELY else "undecided", likely, told)


def has_risen(sizes: Sequence[int], values: Floats, parts: Floats | None = None) -> str:
    """Where a curve is worse at its end than before, in words; empty if it is not."""
    means, noise = values.mean(axis=1), noise_of(values, parts)
    lowest = int(means.argmin())
    rose = (means[-1] - means[lowest]) / np.sqrt(noise[-1] + noise[lowest])
    if rose <= RISE:
        return ""
    return f"it is worse at {sizes[-1]:,} rows than at {sizes[lowest]:,}"


def worth_of(
    sizes: Sequence[int], values: Floats, worth: float, parts: Floats | None = None
) -> float:
    """Probability that twice the rows take off a share `worth` of today's value."""
    last = float(sizes[-1])
    now = float(forecast(sizes, values, [last], parts).mean[0])
    if now <= NOTHING * float(np.abs(values).max()):
        return 0.0
    change = forecast(sizes, values, [2 * last], parts, since=last)
    return float(change.below(-worth * now)[0])


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
