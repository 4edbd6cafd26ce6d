"""Pairs of a new and an old row whose shingle sets are similar, by one pass over the old rows.

Of a new row of m shingles, an old one of Jaccard similarity t has at least `t * m`, so of any
`m - ceil(t * m) + 1` of them it has one (prefix filter: Chaudhuri et al. 2006). The rarest are
taken, by a sample of the old rows; which are taken decides how much is looked at and no pair. So
old rows need no order and no index of their shingles: a filter of bits tells in a nanosecond that
a shingle of theirs is in no new row's choice, and fragments are added without touching others.

An element that many new rows chose is no meeting place for all old rows: after `COMMON` of them it
is one only for elements that `FEW` new rows chose. So, as in `tasks.dedup.similar.join`, a pair may
be missed if all that it shares of the choice is that common.
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.dedup.similar.word_hashes import Ints, WordLists

COMMON = 512  # old rows that may meet all new rows of an element
FEW = 8  # new rows of an element that old rows meet without end
ROOM = 1 << 20  # pairs that one call may find
MOST = 64  # old rows that a new row is compared with in the end, the most similar ones

MET = pl.Schema({"new": pl.Int64, "old": pl.Int64, "jaccard": pl.Float64})


class Sought(NamedTuple):
    """What is looked for in old rows."""

    sets: Any  # of the new rows
    threshold: float
    k: int
    bits: tuple[npt.NDArray[np.uint8], int]  # the filter, and its logarithm
    slots: tuple[npt.NDArray[np.uint64], int]  # the same of the table
    begins: Ints  # of each element, where its rows begin
    rows: Ints


def sought(new: WordLists, threshold: float, k: int, sample: Iterable[WordLists]) -> Sought:
    """What to look for.

    Args:
        new: Words of n new rows; they are written over.
        threshold: Least Jaccard similarity, in (0, 1].
        k: Words in a shingle.
        sample: Words of some of the old rows.
    """
    from tasks.dedup.index import scan
    from tasks.dedup.similar.shingles import sets_of, shingles_in

    sets = sets_of(new, k)
    each = [sets.hashes[s : s + n] for s, n in zip(sets.starts, sets.sizes, strict=True)]
    flat = np.concatenate([np.empty(0, np.uint32), *each])
    elements, places, counts = np.unique(flat, return_inverse=True, return_counts=True)
    bits, slots = _tables(elements)
    for lists in sample:
        hashes = shingles_in(lists, k).hashes
        room = np.empty(len(hashes), np.int64)
        found = scan.places_of(hashes, *bits, *slots, room)
        counts += np.bincount(room[:found], minlength=len(elements))
    starts = np.cumsum(sets.sizes) - sets.sizes
    chosen, rows = scan.prefixes(starts, sets.sizes, places, counts, threshold)
    order = np.lexsort((rows, chosen))
    used, firsts = np.unique(chosen[order], return_index=True)
    bits, slots = _tables(elements[used])
    begins = np.append(firsts, len(order))
    return Sought(sets, threshold, k, bits, slots, begins, rows[order])


def meetings(sought: Sought, old: WordLists) -> pl.DataFrame:
    """Pairs of new rows and those of `old`, with their similarity, in any order.

    Args:
        sought: What new rows look for.
        old: Words of old rows, behind each other.
    """
    from tasks.dedup.index.scan import candidates
    from tasks.dedup.similar.shingles import shingles_in

    lists = shingles_in(old, sought.k)
    common = np.full(len(sought.begins) - 1, COMMON, np.int32)
    found = np.empty((max(ROOM, 2 * len(sought.sets.sizes)), 3), np.int64)
    at, met = 0, [pl.DataFrame(schema=MET)]
    while at < len(old.sizes):
        at, n = candidates(
            lists.hashes, lists.starts, lists.sizes, *sought.bits, *sought.slots, sought.begins,
            sought.rows, sought.sets.sizes, sought.threshold, common, FEW, found, at,
        )  # fmt: skip
        met.append(_verified(sought, lists, found[:n]))
    return pl.concat(met)


def _verified(sought: Sought, old: WordLists, found: Ints) -> pl.DataFrame:
    """Those candidates that are pairs; the shingles of `old` are written over."""
    from tasks.dedup.similar.join import similar
    from tasks.dedup.similar.shingles import sets_in

    new, row, most = found.T
    used = row[np.flatnonzero(np.diff(row, prepend=-1))]  # rows come in their order
    places = np.searchsorted(used, row)
    theirs, t = sets_in(old, used), sought.threshold
    n, m = sought.sets.sizes[new].astype(np.int64), theirs.sizes[places].astype(np.int64)
    # what is not in the choice, the old row may have all of
    least = np.ceil(t / (1 + t) * (n + m) - 1e-9) - np.ceil(t * n - 1e-9) + 1
    may = np.flatnonzero((np.minimum(n, m) >= t * np.maximum(n, m) - 1e-9) & (most >= least))
    shared = similar(sought.sets, new[may], theirs, places[may], t)
    near = np.flatnonzero(shared)
    jaccard = shared[near] / (n[may] + m[may] - shared)[near]
    pairs = {"new": new[may][near], "old": row[may][near], "jaccard": jaccard}
    return pl.DataFrame(pairs, schema=MET)


def _tables(elements: npt.NDArray[np.uint32]) -> tuple[Any, Any]:
    from tasks.dedup.index.scan import bits_of, table_of

    size = max(12, math.ceil(math.log2(max(len(elements), 1))) + 1)
    width = min(28, size + 4)  # one in thirty passes that is none
    return (bits_of(elements, width), width), (table_of(elements, size), size)
