"""Pairs of rows that are near to each other on every side, found exactly, a block at a time.

A side is one vector per row: that of its prompt, that of its answer. A pair counts when its cosine
on each side is at least that side's bound. Most pairs are far apart, and a fraction of the numbers
shows it: the vectors are turned so that the first ones carry most (principal components), and what
is left of a row comes in by its length alone. By Cauchy and Schwarz

    cosine <= product of the first numbers + length of the rest * length of the other's rest

which is one product of matrices a quarter as wide. Only pairs that pass it on one side are looked
at in full, so nothing is lost. Where many pass (rows of one template) the block is multiplied out.

The last row of a pair is the one that may go, so each row keeps its nearest partners before it, at
most `most` of them: a thousand rows that are all alike leave thousands of pairs and not a million.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.embed.vectors import Vectors

LATER, EARLIER = 1_024, 4_096  # rows of a block on either side: 16 MB of cosines
LEADING = 64  # numbers of a turned vector that are multiplied for every pair
SLACK = 1e-4  # rounding of float32; what passes is computed again in float64
ROUNDING = 1e-6  # of a sum of cosines in float32: pairs that differ by less are equally near
DENSE = 1 / 64  # share of a block that passes from which it is cheaper to multiply it out
GATHERED = 65_536  # pairs whose vectors are side by side at once
PENDING = 1_000_000  # pairs of a block of rows from which only the nearest are kept
TRIED = 512  # rows whose cosines say on which side less is near

Places = npt.NDArray[np.int64]


class Side(NamedTuple):
    """What rows are compared by on one side."""

    vectors: Vectors  # (n, dim) of unit length, or zeros, which are near to nothing
    least: float  # cosine from which two rows are near


class Near(NamedTuple):
    """Pairs that are near on every side."""

    pairs: pl.DataFrame  # a < b, and a column `cosine_<n>` for each side; sorted by b and a
    left_out: int  # pairs beyond those that a row keeps


def near_pairs(sides: Sequence[Side], most: int) -> Near:
    """Every pair of rows that is near on all sides, for each row the `most` nearest before it.

    Nearest is the largest sum of cosines, ties by place, so where rows are sorted by preference
    a row of many equal ones keeps the first. Memory does not grow with the number of pairs
    that are near, nor does the time that one of them takes.

    Args:
        sides: What is compared, n rows each.
        most: Pairs kept of a row.
    """
    from threadpoolctl import threadpool_limits

    count = len(sides[0].vectors)
    with threadpool_limits(1, "blas"):  # threads that wait for each other spin
        first = sides[order_of(sides)[0]]
        bounds = _bounds(first.vectors)
        kept, left_out = [pl.DataFrame(schema=_schema(len(sides)))], 0
        for start in range(0, count, LATER):
            rows = slice(start, min(start + LATER, count))
            found = _block(sides, first, bounds, rows, most)
            kept.append(found.pairs)
            left_out += found.left_out
    return Near(pl.concat(kept), left_out)


def cosines(vectors: Vectors, a: Places, b: Places) -> npt.NDArray[np.float64]:
    """Cosine of each pair of places, to six digits: the same whatever is computed beside it."""
    found = np.empty(len(a), np.float64)
    for start in range(0, len(a), GATHERED):
        part = slice(start, start + GATHERED)
        both = (vectors[side[part]].astype(np.float64) for side in (a, b))
        found[part] = np.einsum("ij,ij->i", *both)
    rounded: npt.NDArray[np.float64] = found.round(6)
    return rounded


def nearest(pairs: pl.DataFrame, most: int) -> Near:
    """Of the pairs of each row `b` the `most` nearest, and how many others there were."""
    alike = pl.sum_horizontal(pl.exclude("a", "b")).round(6)
    ranked = pairs.sort("b", -alike, "a")
    kept = ranked.filter(pl.int_range(pl.len()).over("b") < most).sort("b", "a")
    return Near(kept, pairs.height - kept.height)


def _schema(sides: int) -> dict[str, type[pl.DataType]]:
    return {"a": pl.Int64, "b": pl.Int64, **{f"cosine_{n}": pl.Float64 for n in range(sides)}}


def order_of(sides: Sequence[Side]) -> list[int]:
    """Places of `sides`, the one where the fewest rows are near first."""
    return sorted(range(len(sides)), key=lambda at: (_share_near(sides[at]), at))


def _share_near(side: Side) -> float:
    """Share of pairs near on this side, tried on some rows."""
    some = side.vectors[:: max(1, len(side.vectors) // TRIED)][:TRIED]
    return float(np.mean(some @ some.T >= side.least)) if len(some) else 0.0


def _bounds(vectors: Vectors) -> Vectors:
    """Vectors whose products are no smaller than the cosines: leading numbers, length of the rest.

    The axes decide how much is looked at in vain and no pair, so some rows are enough for them.
    """
    some = vectors[:: max(1, len(vectors) // 4_096)].astype(np.float64)
    axes = np.linalg.eigh(some.T @ some)[1][:, ::-1][:, :LEADING].astype(np.float32)
    leading = vectors @ axes
    rest = np.square(vectors).sum(axis=1) - np.square(leading).sum(axis=1)
    bounds: Vectors = np.column_stack([leading, np.sqrt(rest.clip(0))]).astype(np.float32)
    return bounds


def _block(sides: Sequence[Side], first: Side, bounds: Vectors, rows: slice, most: int) -> Near:
    """Pairs whose later row is one of `rows`."""
    pending, left_out = pl.DataFrame(schema=_schema(len(sides))), 0
    for a, b, thinned in _candidates(sides, first, bounds, rows, most):
        left_out += thinned
        pending = pl.concat([pending, looked_at(sides, a, b)])
        if pending.height > PENDING:
            pending, more = nearest(pending, most)
            left_out += more
    kept, more = nearest(pending, most)
    return Near(kept, left_out + more)


def _candidates(
    sides: Sequence[Side], first: Side, bounds: Vectors, rows: slice, most: int
) -> Iterator[tuple[Places, Places, int]]:
    """Places of pairs that may be near on all sides, block by block, and how many were left out."""
    for start in range(0, rows.stop, EARLIER):
        columns = slice(start, min(start + EARLIER, rows.stop))
        may = bounds[rows] @ bounds[columns].T >= first.least - SLACK
        left_out = 0
        if np.count_nonzero(may) > DENSE * may.size:
            may, left_out = _multiplied_out(sides, rows, columns, most)
        later, earlier = np.divmod(np.flatnonzero(may), may.shape[1])
        a, b = earlier + columns.start, later + rows.start
        before = a < b
        yield a[before], b[before], left_out


def _multiplied_out(
    sides: Sequence[Side], rows: slice, columns: slice, most: int
) -> tuple[npt.NDArray[np.bool_], int]:
    """Which pairs of a block are near on all sides, thinned to the nearest of each row."""
    products = [side.vectors[rows] @ side.vectors[columns].T for side in sides]
    height, width = products[0].shape
    may = np.tri(height, width, rows.start - columns.start - 1, dtype=np.bool_)
    for side, product in zip(sides, products, strict=True):
        may &= product >= side.least - SLACK
    before = np.count_nonzero(may)
    if most < may.shape[1]:
        alike = np.where(may, np.sum(products, axis=0), -np.inf)
        may &= alike >= np.partition(alike, -most, axis=1)[:, [-most]] - ROUNDING
        may &= np.cumsum(may, axis=1) <= 4 * most  # of those equally near, the first
    return may, int(before - np.count_nonzero(may))


def looked_at(sides: Sequence[Side], a: Places, b: Places) -> pl.DataFrame:
    """Those of the pairs that are near, with their cosines; a side is read if the last one was."""
    found: dict[str, npt.NDArray[np.float64]] = {}
    for n, side in enumerate(sides):
        cosine = cosines(side.vectors, a, b)
        near = cosine >= side.least
        a, b = a[near], b[near]
        found = {name: value[near] for name, value in {**found, f"cosine_{n}": cosine}.items()}
    return pl.DataFrame({"a": a, "b": b, **found}, schema=_schema(len(sides)))
