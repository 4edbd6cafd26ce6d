"""Pairs of rows that are near to each other on every side, but for a few, by an index.

Comparing every pair costs four times as much for twice the rows, but it is quick: of 60,000 rows of
the bench set it took 5.6 seconds of CPU and this 57, and this found 89 of 100 pairs (94 of those of
20,000 rows). The lines cross near a million rows. From there on it is cheaper to build a graph of
neighbours (HNSW: Malkov and Yashunin 2016, arXiv:1603.09320) by usearch (Apache-2.0) over the side
where the fewest are near, ask it for the neighbours of each row, and look at the other sides only
then. What it misses is a pair whose rows have more than `FOUND` nearer ones, or that the graph does
not lead to. usearch gets one thread: the same rows, the same graph.
"""

from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np
import polars as pl

from tasks.base.errors import UsageError
from tasks.embed.neighbours import Near, Side, looked_at, nearest, order_of

FOUND = 64  # neighbours asked for, the row itself among them
ROWS = 16_384  # rows asked for at once


def approximate_pairs(sides: Sequence[Side], most: int) -> Near:
    """Most of the pairs that `tasks.embed.neighbours.near_pairs` finds.

    Args:
        sides: What is compared, n rows each.
        most: Pairs kept of a row.

    Raises:
        UsageError: usearch is not installed.
    """
    if find_spec("usearch") is None:
        raise UsageError(
            "so many rows need an index of neighbours, and usearch is not installed; "
            "`pip install 'finery[ann]'`, or compare every pair (--set "
            "dedup.semantic.exact_below=1000000000), which takes four times as long for twice the "
            "rows"
        )
    from usearch.index import Index

    first = sides[order_of(sides)[0]]
    count, dim = first.vectors.shape
    index = Index(ndim=dim, metric="ip", dtype="f32")
    index.add(np.arange(count), first.vectors, threads=1)
    found = []
    for start in range(0, count, ROWS):
        rows = np.arange(start, min(start + ROWS, count))
        matches = index.search(first.vectors[rows], FOUND, threads=1)
        near = (matches.distances <= 1 - first.least + 1e-4) & (matches.keys != rows[:, None])
        at, _ = np.nonzero(near)
        other = matches.keys[near].astype(np.int64)
        found.append(
            pl.DataFrame({"a": np.minimum(rows[at], other), "b": np.maximum(rows[at], other)})
        )
    pairs = pl.concat(found).unique().sort("b", "a")
    return nearest(looked_at(sides, pairs["a"].to_numpy(), pairs["b"].to_numpy()), most)
