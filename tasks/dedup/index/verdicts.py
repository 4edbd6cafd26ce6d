"""New rows that say what a released row says."""

import numpy as np
import polars as pl

from tasks.base.text import answer, conversation, prompt
from tasks.dedup.compare import TURN, context
from tasks.dedup.guard.sieve import sieve
from tasks.dedup.index.beside import Beside
from tasks.dedup.index.fragments import Known
from tasks.dedup.index.recall import recall
from tasks.dedup.index.signatures import hashed
from tasks.dedup.similar.word_hashes import word_lists

TWINS = pl.Schema(
    {"row": pl.UInt32(), "id": pl.String(), "fragment": pl.Int32(), "jaccard": pl.Float64()}
)


def twins(rows: pl.LazyFrame, threshold: float, k: int, known: Known) -> tuple[pl.DataFrame, int]:
    """Rows that say what a released row says, each with the most similar one of those (`TWINS`).

    Args:
        rows: Rows of the table, and `row`.
        threshold: Least Jaccard similarity, in (0, 1].
        k: Words in a shingle.
        known: The releases.

    Returns:
        The rows, and how many pairs are similar.
    """
    listed = rows.select(
        "row", text=conversation(TURN), asked=prompt().fill_null(""), told=answer().fill_null(""),
        context=context(),
    ).collect()  # fmt: skip
    found = recall(word_lists(listed["text"]), threshold, k, known)
    if not found.pairs.height:
        return pl.DataFrame(schema=TWINS), 0
    used = found.pairs["new"].unique().sort()
    mine = listed[used]
    mine = mine.with_columns(hashed(mine["context"]).alias("context"))
    beside = Beside(mine, found, known)
    a, b = used.search_sorted(found.pairs["new"]).to_numpy(), found.pairs["old"].to_numpy()
    passed = np.flatnonzero(sieve(beside.numbered, a, len(used) + b) == 0)
    claimed: dict[int, int] = {}  # pairs of a row stand behind each other, the most similar first
    for at, row, old in zip(passed.tolist(), a[passed].tolist(), b[passed].tolist(), strict=True):
        if row not in claimed and beside.same(row, old):
            claimed[row] = at
    pairs = found.pairs[[*claimed.values()]]
    columns = {
        "row": listed["row"].gather(pairs["new"]), "id": found.rows["id"].gather(pairs["old"]),
        "fragment": pairs["fragment"], "jaccard": pairs["jaccard"],
    }  # fmt: skip
    return pl.DataFrame(columns).cast(TWINS), found.found
