"""All pairs of texts that share enough of their shingles, found exactly rather than by MinHash.

A shingle is a run of `k` words; a text of fewer words is one shingle. Scripts written without
spaces count each character as a word, and so does each emoji. Two texts are a pair when the
Jaccard similarity of their sets of shingles is at least the threshold.

Why exact: with the rarest shingles first, two sets of Jaccard similarity >= t must share one of
the first `m - ceil(t * m) + 1` shingles of each (the prefix filter of Chaudhuri et al. 2006 and
Bayardo et al. 2007, All-Pairs), so looking only at rows that meet there misses nothing, where
banded MinHash misses 1-3 % of the pairs and adds wrong ones.

This module is the seam for a faster join: `similar_pairs` is all that others use.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.text import fold

WORD = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\p{Extended_Pictographic}"
    r"|[\p{L}\p{M}\p{N}_]+"
)
PAIRS = pl.Schema({"a": pl.UInt32, "b": pl.UInt32, "jaccard": pl.Float64})
BLOCK = 4_000_000  # candidates that are verified at a time; bounds memory

Ints = npt.NDArray[np.int64]


def words(text: pl.Expr) -> pl.Expr:
    """The words of a text, folded, in order."""
    return fold(text).str.extract_all(WORD)


def similar_pairs(texts: pl.Series, threshold: float, k: int = 3) -> pl.DataFrame:
    """Every pair of texts whose shingle sets have a Jaccard similarity of at least `threshold`.

    Args:
        texts: n texts; null and texts without a word have no partner.
        threshold: In (0, 1].
        k: Words in a shingle.

    Returns:
        Columns a < b (positions in `texts`) and jaccard, sorted by a and b.
    """
    rows, shingles = _shingles(texts, k)
    if rows.size == 0:
        return pl.DataFrame(schema=PAIRS)
    starts, sizes = _spans(rows, len(texts))
    keys, owners = _prefixes(rows, shingles, starts, sizes, threshold)
    found = [
        _verified(a, b, shingles, starts, sizes, threshold)
        for a, b in _candidates(keys, owners, sizes, threshold)
    ]
    pairs = pl.concat([pl.DataFrame(schema=PAIRS), *found]).unique()
    return pairs.sort("a", "b")


def _shingles(texts: pl.Series, k: int) -> tuple[Ints, Ints]:
    """Row and shingle of every distinct shingle, by row; shingles count from rare to common."""
    listed = pl.DataFrame({"words": texts}).lazy().select(
        row=pl.int_range(pl.len(), dtype=pl.UInt32), words=words(pl.col("words"))
    )  # fmt: skip
    flat = listed.explode("words").drop_nulls().select("row", pl.col("words").hash(0)).collect()
    row, word = flat["row"].to_numpy(), flat["words"].to_numpy()
    if row.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    first = np.flatnonzero(np.r_[True, row[1:] != row[:-1]])
    length = np.diff(np.r_[first, row.size])
    place = np.arange(row.size) - np.repeat(first, length)
    left = np.repeat(length, length) - place
    whole = (left >= k) | (place == 0)  # a short text is one shingle of all its words
    mixed = np.zeros(row.size, np.uint64)
    for step in range(k):
        reach = np.minimum(np.arange(row.size) + step, row.size - 1)
        inside = left > step
        mixed = mixed * np.uint64(0x9FB21C651E98DF25) + np.where(
            inside, word[reach], np.uint64(step + 1)
        )
        mixed ^= mixed >> np.uint64(29)
    return _by_rarity(row[whole].astype(np.int64), mixed[whole])


def _by_rarity(rows: Ints, hashes: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    distinct = pl.DataFrame({"row": rows, "hash": hashes}).unique()
    rank = (
        distinct.group_by("hash")
        .len()
        .sort("len", "hash")
        .with_row_index("rank")
        .select("hash", "rank")
    )
    ranked = distinct.join(rank, on="hash").sort("row", "rank")
    return ranked["row"].cast(pl.Int64).to_numpy(), ranked["rank"].cast(pl.Int64).to_numpy()


def _spans(rows: Ints, n: int) -> tuple[Ints, Ints]:
    """Where each row's shingles start, and how many it has."""
    sizes = np.bincount(rows, minlength=n).astype(np.int64)
    return np.r_[0, np.cumsum(sizes)[:-1]].astype(np.int64), sizes


def _prefixes(
    rows: Ints, shingles: Ints, starts: Ints, sizes: Ints, threshold: float
) -> tuple[Ints, Ints]:
    """Shingle and row of every row's rarest shingles, sorted; those of one row are left out."""
    place = np.arange(rows.size) - starts[rows]
    reach = sizes - np.ceil(threshold * sizes - 1e-9).astype(np.int64) + 1
    chosen = place < reach[rows]
    keys, owners = shingles[chosen], rows[chosen]
    order = np.lexsort((sizes[owners], keys))
    keys, owners = keys[order], owners[order]
    same = keys[1:] == keys[:-1]
    shared = np.r_[same, False] | np.r_[False, same]
    return keys[shared], owners[shared]


def _candidates(keys: Ints, owners: Ints, sizes: Ints, threshold: float):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Pairs of rows that share a prefix shingle and are near enough in size, block by block.

    Within a shingle rows stand by size, so each row meets only the run of rows behind it that
    are at most 1/threshold as large.
    """
    if keys.size == 0:
        return
    ends = np.searchsorted(keys, keys, side="right")
    # the last row of the run that is small enough: search in (key, size) packed into one number
    span = int(sizes.max()) + 1
    packed = keys * span + sizes[owners]
    limit = keys * span + np.floor(sizes[owners] / threshold + 1e-9).astype(np.int64)
    last = np.minimum(
        np.searchsorted(packed, np.minimum(limit, (keys + 1) * span - 1), side="right"), ends
    )
    meets = np.maximum(last - np.arange(keys.size) - 1, 0)
    edges = np.searchsorted(
        np.cumsum(meets), np.arange(0, meets.sum() + BLOCK, BLOCK)[1:], side="left"
    )
    low = 0
    for high in [*np.minimum(edges + 1, keys.size), keys.size]:
        if high <= low:
            continue
        count = meets[low:high]
        one = np.repeat(np.arange(low, high), count)
        other = one + 1 + np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        a, b = owners[one], owners[other]
        code = np.unique(np.minimum(a, b) * len(sizes) + np.maximum(a, b))
        yield code // len(sizes), code % len(sizes)
        low = high


def _verified(
    a: Ints, b: Ints, shingles: Ints, starts: Ints, sizes: Ints, threshold: float
) -> pl.DataFrame:
    """The candidates whose true similarity reaches the threshold."""
    import scipy.sparse as sp

    matrix = sp.csr_matrix(
        (np.ones(shingles.size, np.int32), shingles, np.r_[starts, shingles.size]),
        shape=(sizes.size, int(shingles.max()) + 1),
    )
    shared = np.concatenate(
        [np.zeros(0)]
        + [
            np.asarray(
                matrix[a[i : i + 50_000]].multiply(matrix[b[i : i + 50_000]]).sum(axis=1)
            ).ravel()
            for i in range(0, a.size, 50_000)
        ]
    )
    jaccard = shared / np.maximum(sizes[a] + sizes[b] - shared, 1)
    hit = jaccard >= threshold - 1e-9
    return pl.DataFrame({"a": a[hit], "b": b[hit], "jaccard": jaccard[hit]}, schema=PAIRS)
