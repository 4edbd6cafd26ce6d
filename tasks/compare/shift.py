"""How far two distributions are apart, as one number, and how far chance alone would take them.

The number is the total variation distance: the least share of rows that would have to be of another
kind, or in another bin, for both to look the same. 0 is no difference, 1 nothing in common.

Two releases share most of their rows, so they are no two samples. What chance brings about is
computed for the case that rows went, came and changed whatever kind they are of: stayed, lost and
gained rows are then drawn from one distribution, and a row that changed its kind might as well have
changed it the other way. `by_chance` is what 99 of 100 such draws stay below.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

DRAWS = 999
SURE = 0.99
MOST = 40  # kinds; the rarer ones are taken together
OTHERS = "all others"

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class _Cells(NamedTuple):
    """Rows by fate and by bin before and after (-1: not there)."""

    fates: npt.NDArray[np.object_]
    places: tuple[Ints, Ints]
    rows: Ints
    weight: Floats


class Shift(NamedTuple):
    """Two distributions over the same bins, as shares, and how far they are apart."""

    bins: list[str]
    before: list[float]
    after: list[float]
    shift: float
    by_chance: float


def shift_of(cells: pl.DataFrame, order: list[str] | None = None, seed: int = 0) -> Shift:
    """How far the rows before are from the rows after.

    Args:
        cells: Columns fate (stayed, changed, lost or gained), before, after (the bin of a row in
            each release; null where it is not there), rows (that were looked at) and weight (rows
            that each of them stands for, one number per fate).
        order: Bins in their order; None: kinds, the most frequent first.
        seed: Of the draws.
    """
    bins = order or _bins(cells)
    named = {name: at for at, name in enumerate(bins)}
    before, after = (_places(cells[end], named) for end in ("before", "after"))
    rows, weight = cells["rows"].to_numpy(), cells["weight"].to_numpy()
    seen = [_counts(at, rows * weight, len(bins)) for at in (before, after)]
    placed = _Cells(cells["fate"].to_numpy(), (before, after), rows, weight)
    drawn = _by_chance(placed, len(bins), np.random.default_rng(seed))
    was, now = (_shares(one).tolist() for one in seen)
    return Shift(bins, was, now, float(_distance(*seen)), float(np.quantile(drawn, SURE)))


def _places(values: pl.Series, named: dict[str, int]) -> Ints:
    last = len(named) - 1  # all others
    found = values.replace_strict(named, default=last, return_dtype=pl.Int64)
    placed: Ints = found.set(values.is_null(), -1).to_numpy()
    return placed


def _bins(cells: pl.DataFrame) -> list[str]:
    """Kinds by how many rows they have in both releases, `MOST` at most."""
    both = pl.concat(
        [cells.select(pl.col(end).alias("name"), "rows", "weight") for end in ("before", "after")]
    ).drop_nulls()
    counted = both.group_by("name").agg(n=(pl.col("rows") * pl.col("weight")).sum())
    names = counted.sort("n", "name", descending=[True, False])["name"].to_list()
    return names if len(names) <= MOST else [*names[: MOST - 1], OTHERS]


def _counts(at: npt.NDArray[np.int64], rows: Floats, size: int) -> Floats:
    return np.bincount(at[at >= 0], rows[at >= 0], minlength=size).astype(np.float64)


def _shares(counts: Floats) -> Floats:
    total = counts.sum(axis=-1, keepdims=True)
    shares: Floats = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    return shares


def _distance(one: Floats, other: Floats) -> Floats:
    distance: Floats = np.abs(_shares(one) - _shares(other)).sum(axis=-1) / 2
    return distance


def _by_chance(cells: _Cells, size: int, rng: np.random.Generator) -> Floats:
    """Distances of `DRAWS` draws in which kind and fate have nothing to do with each other."""
    before, after = cells.places
    pool = _shares(
        np.sum([_counts(at, cells.rows * cells.weight, size) for at in cells.places], axis=0)
    )
    ends = [np.zeros((DRAWS, size)), np.zeros((DRAWS, size))]
    flips = (before != after) & (before >= 0) & (after >= 0)
    for fate in np.unique(cells.fates):
        mine = (cells.fates == fate) & ~flips
        if not mine.any():
            continue
        drawn = rng.multinomial(cells.rows[mine].sum(), pool, DRAWS) * cells.weight[mine][0]
        ends[0] += drawn if fate != "gained" else 0
        ends[1] += drawn if fate != "lost" else 0
    for at in np.flatnonzero(flips):
        rows, one, other = cells.rows[at], before[at], after[at]
        forth = rng.binomial(rows, 0.5, DRAWS)
        for end, (left, right) in zip(ends, ((one, other), (other, one)), strict=True):
            end[:, left] += forth * cells.weight[at]
            end[:, right] += (rows - forth) * cells.weight[at]
    return _distance(*ends)
