"""What a row of one arm is worth in rows of another: the data multiplier.

At each size of the one arm the curve of the other is asked how many rows it takes to come to the
same value. The interval is Student's over seeds, of the mean logarithm over sizes; sizes whose
value the other curve never has are left out, for beyond its ends nothing is known.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from tasks.scale.families import Floats

LEVEL = 0.95


class Multiplier(NamedTuple):
    """Rows of the reference that one row is worth."""

    value: float
    low: float
    high: float
    sizes: int  # that it rests on


def multiplier(
    reference: tuple[Sequence[float], Floats], arm: tuple[Sequence[float], Floats]
) -> Multiplier | None:
    """How many rows of the reference one row of the arm is worth; None where no size tells.

    Args:
        reference: R rising sizes, and (R, K) values by seed.
        arm: S rising sizes, and (S, K) values of the same seeds.
    """
    sizes = np.asarray(arm[0], dtype=float)
    found = np.stack(
        [_worth(np.asarray(reference[0], dtype=float), reference[1][:, k], sizes, arm[1][:, k])
         for k in range(arm[1].shape[1])], axis=1,
    )  # fmt: skip
    usable = np.isfinite(found).all(axis=1)
    if not usable.any():
        return None
    logs = found[usable].mean(axis=0)
    seeds = len(logs)
    if seeds < 2:
        return Multiplier(float(np.exp(logs[0])), 0.0, float("inf"), int(usable.sum()))
    half = student.ppf((1 + LEVEL) / 2, seeds - 1) * logs.std(ddof=1) / np.sqrt(seeds)
    middle = logs.mean()
    low, value, high = np.exp([middle - half, middle, middle + half])
    return Multiplier(float(value), float(low), float(high), int(usable.sum()))


def _worth(known: Floats, curve: Floats, sizes: Floats, values: Floats) -> Floats:
    """Logarithms of the multiplier at each size; nan where the curve never has the value."""
    falling = np.minimum.accumulate(curve)
    at = np.interp(-values, -falling, np.log(known))
    inside = (values <= falling[0]) & (values >= falling[-1])
    return np.where(inside, at - np.log(sizes), np.nan)
