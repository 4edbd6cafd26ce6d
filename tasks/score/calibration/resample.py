"""Intervals by resampling, for any figure that is a function of weights over items.

Items that share a prompt are not independent, so whole prompts are drawn, not items (the cluster
bootstrap of Field and Welsh 2007). The ends are percentiles: unlike BCa they are defined for
figures that hardly vary, and they never leave the range of the figure. With few prompts they are
too narrow, which is why a passport asks for a least number of them.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, JsonValue

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Statistic = Callable[[Floats], Floats]
"""From weights, draws x items, to one value per draw; NaN where the draw does not allow one."""

DRAWS = 1000
LEVEL = 0.95
CELLS = 4_000_000  # weights held at once


class Estimate(BaseModel):
    """A figure and where it may lie (95 %); all null where the items do not allow one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float | None = None
    low: float | None = None
    high: float | None = None
    items: int = 0  # that it rests on

    def ends(self) -> list[JsonValue]:
        """[value, low, high] for a report, rounded."""
        found = (self.value, self.low, self.high)
        return [None if end is None else round(end, 4) for end in found]


def estimate(statistic: Statistic, groups: Codes, seed: int) -> Estimate:
    """`statistic` of the items, with its interval over resampled groups.

    Args:
        statistic: What is estimated.
        groups: Which prompt each item belongs to, any numbers.
        seed: Of the resampling.
    """
    n = len(groups)
    value = float(statistic(np.ones((1, n)))[0]) if n else np.nan
    if np.isnan(value):
        return Estimate(items=n)
    tail = 100 * (1 - LEVEL) / 2
    drawn = _drawn(statistic, groups, np.random.default_rng(seed))
    low, high = np.nanpercentile(drawn, [tail, 100 - tail])
    return Estimate(value=value, low=float(low), high=float(high), items=n)


def _drawn(statistic: Statistic, groups: Codes, chance: np.random.Generator) -> Floats:
    names, member = np.unique(groups, return_inverse=True)
    step = max(1, CELLS // len(groups))
    drawn = []
    for start in range(0, DRAWS, step):
        size = min(step, DRAWS - start)
        times = chance.multinomial(len(names), np.full(len(names), 1 / len(names)), size)
        drawn.append(statistic(times[:, member].astype(np.float64)))
    return np.concatenate(drawn)


def share(hits: Floats, groups: Codes, seed: int) -> Estimate:
    """Mean of `hits`, 0 to 1 for each item, with its interval.

    Where every item says the same, resampling knows no doubt; the interval is then Wilson's, over
    as many trials as there are groups.
    """
    found = estimate(lambda weights: weights @ hits / weights.sum(axis=1), groups, seed)
    if found.value not in (0.0, 1.0):
        return found
    trials, z = len(np.unique(groups)), 1.96
    doubt = z * z / (trials + z * z)
    low, high = (0.0, doubt) if found.value == 0 else (1 - doubt, 1.0)
    return found.model_copy(update={"low": low, "high": high})
