"""What is right about near-duplicates: every pair by brute force, and how flags compare with it."""

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from tests.bench.section import Cell, share

BLOCK = 500  # rows that meet all others at a time; bounds memory

Flags = npt.NDArray[np.bool_]


def brute_force(texts: pl.Series, threshold: float, words: int = 3) -> pl.DataFrame:
    """Every pair (a < b) of `texts` whose shingles reach a Jaccard similarity of `threshold`.

    Shingles are the strings themselves, words what stands between spaces, and each row meets
    every other: nothing is hashed, nothing is left out.
    """
    matrix = _matrix(texts, words)
    sizes = np.asarray(matrix.sum(axis=1)).ravel()
    found = [pl.DataFrame(schema={"a": pl.Int64, "b": pl.Int64, "jaccard": pl.Float64})]
    other = matrix.T.tocsr()
    for start in range(0, matrix.shape[0], BLOCK):
        shared = (matrix[start : start + BLOCK] @ other).tocoo()
        a, b, both = shared.row.astype(np.int64) + start, shared.col.astype(np.int64), shared.data
        jaccard = both / (sizes[a] + sizes[b] - both)
        hit = (a < b) & (jaccard >= threshold - 1e-9)
        found.append(pl.DataFrame({"a": a[hit], "b": b[hit], "jaccard": jaccard[hit]}))
    return pl.concat(found).sort("a", "b")


def _matrix(texts: pl.Series, words: int) -> sp.csr_matrix:
    """A row for each text with a one for each shingle."""
    places: dict[str, int] = {}
    columns: list[int] = []
    starts = [0]
    for text in texts:
        said = text.split(" ") if text else []
        runs = {" ".join(said[at : at + words]) for at in range(max(1, len(said) - words + 1))}
        columns += [places.setdefault(run, len(places)) for run in runs if run]
        starts.append(len(columns))
    ones = np.ones(len(columns), np.int32)
    return sp.csr_matrix((ones, columns, starts), shape=(len(texts), max(len(places), 1)))


def recall(true: pl.DataFrame, removed: Flags) -> Cell:
    """Share of the true pairs of which one row or both are removed."""
    a, b = true["a"].to_numpy(), true["b"].to_numpy()
    return share(int((removed[a] | removed[b]).sum()), true.height)


def precision(true: pl.DataFrame, removed: Flags) -> Cell:
    """Share of the removed rows that have a true partner."""
    partnered = np.zeros(len(removed), np.bool_)
    partnered[true["a"].to_numpy()] = partnered[true["b"].to_numpy()] = True
    return share(int((removed & partnered).sum()), int(removed.sum()))


def lone(rows: pl.DataFrame, true: pl.DataFrame) -> pl.DataFrame:
    """Rows made from another (at, src, kind) where neither has a true partner beside the other.

    Of these alone flags tell whether the two were merged; others may go for another reason.
    """
    a, b = (true[side].cast(pl.Int64).to_numpy() for side in ("a", "b"))
    partners = np.bincount(np.r_[a, b], minlength=rows.height)
    made = rows.select("src", "kind", at=pl.int_range(pl.len())).filter(pl.col("src") >= 0)
    at, src = made["at"].to_numpy(), made["src"].to_numpy()
    low, high = np.minimum(at, src), np.maximum(at, src)
    each_other = np.isin(low * rows.height + high, a * rows.height + b)
    return made.filter(partners[at] + partners[src] == 2 * each_other)


def merged(made: pl.DataFrame, removed: Flags, kind: str) -> Cell:
    """Share of the rows of `kind` among `made` that are removed, or whose source is."""
    own = made.filter(kind=kind)
    gone = removed[own["at"].to_numpy()] | removed[own["src"].to_numpy()]
    return share(int(gone.sum()), own.height)
