"""Finery's join in a process of its own: `python -m tests.bench.peers.own ROWS FLAGS PAIRS [one]`.

With `one` it has one core alone. What is compiled is compiled by a first run over the eight rows
that every tool gets and a family of rows, since common shingles go a way of their own.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.peers.drivers.measure import THRESHOLD, WARM, costed, say

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import polars as pl


def few() -> list[str]:
    """Rows of the warm-up: those of every tool, and enough that share a shingle."""
    return [*WARM, *(f"{WARM[0]} {at // 2}" for at in range(800))]


def on_one_core() -> None:
    """Leave this process one core; what counts cores or threads then finds one."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def groups(pairs: "pl.DataFrame", rows: int) -> "npt.NDArray[np.int32]":
    """For each row the first one that it hangs together with."""
    import numpy as np
    import scipy.sparse as sp
    from scipy.sparse.csgraph import connected_components

    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    graph = sp.coo_matrix((np.ones(len(a), np.int8), (a, b)), shape=(rows, rows))
    count, label = connected_components(graph, directed=False)
    first = np.full(count, rows, np.int32)
    first[label[::-1]] = np.arange(rows - 1, -1, -1, dtype=np.int32)  # the last one written stays
    found: npt.NDArray[np.int32] = first[label]
    return found


def timed(texts: "pl.Series") -> "tuple[dict[str, float], pl.DataFrame, npt.NDArray[np.int32]]":
    """What the join costs, its pairs, and the groups that they make."""
    import polars as pl

    from tasks.dedup.similar.pairs import similar_pairs

    def joined(some: pl.Series) -> "tuple[pl.DataFrame, npt.NDArray[np.int32]]":
        pairs = similar_pairs(some, THRESHOLD)
        return pairs, groups(pairs, len(some))

    cost, (pairs, first) = costed(lambda: joined(texts), lambda: joined(pl.Series(few())))
    removed = int((first != pl.int_range(len(texts), eager=True).to_numpy()).sum())
    return {**cost, "removed": removed, "pairs": pairs.height}, pairs, first


def main() -> None:
    """Measure, and write what was found."""
    source, flags, out, *one = sys.argv[1:]
    if one:
        on_one_core()
    import polars as pl

    texts = pl.read_parquet(source, columns=["norm"])["norm"]
    cost, pairs, first = timed(texts)
    kept = first == pl.int_range(len(texts), eager=True).to_numpy()
    Path(flags).write_bytes((~kept).astype("u1").tobytes())
    pairs.write_parquet(out)
    say(cost)


if __name__ == "__main__":
    main()
