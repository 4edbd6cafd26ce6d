"""What a row of one arm is worth in rows of another: the data multiplier.

At each size of the one arm the curve of the other is asked how many rows it takes to come to the
same value. The interval is Student's over seeds, of the mean logarithm over sizes; sizes whose
value the other curve never has are left out, for beyond its ends nothing is known.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from tasks.scale.families import Floats

LEVEL = 0.95
FLAT = 1e-6  # share by which a curve must fall to be read backwards
FINE = 100  # steps between two sizes of a curve that is read backwards


class Multiplier(NamedTuple):
    """Rows of the reference that one row is worth."""

    value: float
    low: float
    high: float
    sizes: int  # that it rests on
    side: Literal["", "<", ">"] = ""  # `value` is only a bound: no size of the two compares


def multiplier(
    reference: tuple[Sequence[float], Floats], arm: tuple[Sequence[float], Floats]
) -> Multiplier | None:
    """How many rows of the reference one row of the arm is worth; None where no size tells.

    Args:
        reference: R rising sizes, and (R, K) values by seed.
        arm: S rising sizes, and (S, K) values of the same seeds.
    """
    from scipy.special import stdtrit

    sizes = np.asarray(arm[0], dtype=float)
    found = np.stack(
        [_worth(np.asarray(reference[0], dtype=float), reference[1][:, k], sizes, arm[1][:, k])
         for k in range(arm[1].shape[1])], axis=1,
    )  # fmt: skip
    usable = np.isfinite(found)
    if not usable.any(axis=0).all():
        return _bound(reference, arm)
    logs = np.nanmean(found, axis=0)
    seeds = len(logs)
    if seeds < 2:
        return Multiplier(float(np.exp(logs[0])), 0.0, float("inf"), int(usable.any(axis=1).sum()))
    half = stdtrit(seeds - 1, (1 + LEVEL) / 2) * logs.std(ddof=1) / np.sqrt(seeds)
    middle = logs.mean()
    low, value, high = np.exp([middle - half, middle, middle + half])
    return Multiplier(float(value), float(low), float(high), int(usable.any(axis=1).sum()))


def _bound(
    reference: tuple[Sequence[float], Floats], arm: tuple[Sequence[float], Floats]
) -> Multiplier | None:
    """What is known where the curves hardly meet.

    The fewest rows of the reference that the most of the arm never come to in any draw, or the most
    rows that its fewest beat in every draw.
    """
    beyond = (arm[1].min(axis=0) > reference[1]).all(axis=1)
    if beyond.any():
        value = float(reference[0][int(beyond.argmax())] / arm[0][-1])
        return Multiplier(value, 0.0, value, 0, "<")
    beaten = (arm[1][0] < reference[1]).all(axis=1)
    if beaten.any():
        value = float(reference[0][int(np.flatnonzero(beaten)[-1])] / arm[0][0])
        return Multiplier(value, value, float("inf"), 0, ">")
    return None


def _worth(known: Floats, curve: Floats, sizes: Floats, values: Floats) -> Floats:
    """Logarithms of the multiplier at each size; nan where the curve never has the value."""
    from scipy.interpolate import PchipInterpolator

    falling = np.minimum.accumulate(curve)
    logs = np.log(known)
    fine = np.linspace(logs[0], logs[-1], FINE * len(known))
    smooth = PchipInterpolator(logs, falling)(fine) if len(known) > 1 else falling
    level, first = np.unique(-smooth, return_index=True)  # where it is level, its beginning
    if falling[0] - falling[-1] <= FLAT * abs(falling[0]):
        return np.full(len(sizes), np.nan)
    at = np.interp(-values, level, fine[first])
    ends_level = first[-1] < len(fine) - FINE // 2
    above = values > falling[-1] if ends_level else values >= falling[-1]
    inside = (values <= falling[0]) & above
    return np.where(inside, at - np.log(sizes), np.nan)
