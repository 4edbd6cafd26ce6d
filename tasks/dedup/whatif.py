"""How many rows another threshold would drop, from the pairs that a run stored.

`pairs.parquet` of a run lists every pair of similar rows, the one to survive first, how alike they
are, and the guard's verdict where it was asked for. A pair without a verdict may be the same or
not, so what comes out is a least and a most; where every pair has one, both are equal.
"""

from graphlib import TopologicalSorter

import numpy as np
import polars as pl

from tasks.dedup.families import Families, Pairs, claims

PAIRS = pl.Schema(
    {
        "stage": pl.String,
        "a": pl.String,  # the row to survive
        "b": pl.String,
        "score": pl.Float64,  # Jaccard similarity, or the lesser cosine
        "by": pl.String,  # words, characters or meaning
        "ratio": pl.Float64,  # RapidFuzz, in percent; null where nobody looked
        "verdict": pl.String,  # null where nobody had to ask
    }
)


def would_drop(pairs: pl.DataFrame, threshold: float, families: Families) -> tuple[int, int]:
    """Rows that `dedup.near` would drop at `threshold`, at least and at most.

    Args:
        pairs: Pairs of `dedup.near` (`PAIRS`).
        threshold: At or above the one that they were found with; pairs by characters stay.
        families: How families were made.
    """
    near = pairs.filter((pl.col("score") >= threshold - 1e-9) | (pl.col("by") == "characters"))
    ids = {row: at for at, row in enumerate(pl.concat([near["a"], near["b"]]).unique().sort())}
    a, b = (np.array([ids[row] for row in near[side]], np.int64) for side in ("a", "b"))
    order = _order(len(ids), a, b)
    verdicts = near["verdict"].to_list()
    listed = Pairs(a, b, near["score"].to_numpy())
    sure = claims(listed, order, lambda at: verdicts[at] == "same", families)
    open_ = claims(listed, order, lambda at: verdicts[at] in ("same", None), families)
    least, most = sorted((len(sure), len(open_)))
    return least, most


def _order(n: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """A rank of each row in which every a stands before its b."""
    sorter: TopologicalSorter[int] = TopologicalSorter(dict.fromkeys(range(n), ()))
    for first, second in zip(a.tolist(), b.tolist(), strict=True):
        sorter.add(second, first)
    rank = np.empty(n, np.int64)
    rank[list(sorter.static_order())] = np.arange(n)
    return rank
