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


def compared(found: pl.DataFrame, true: pl.DataFrame) -> tuple[Cell, Cell]:
    """Recall and precision of pairs."""
    keys = [set(pairs.select("a", "b").cast(pl.Int64).iter_rows()) for pairs in (found, true)]
    both = len(keys[0] & keys[1])
    return share(both, len(keys[1])), share(both, len(keys[0]))


def recall(true: pl.DataFrame, removed: Flags) -> Cell:
    """Share of the true pairs of which one row or both are removed."""
    a, b = true["a"].to_numpy(), true["b"].to_numpy()
    return share(int((removed[a] | removed[b]).sum()), true.height)


def precision(true: pl.DataFrame, removed: Flags) -> Cell:
    """Share of the removed rows that have a true partner."""
    partnered = np.zeros(len(removed), np.bool_)
    partnered[true["a"].to_numpy()] = partnered[true["b"].to_numpy()] = True
    return share(int((removed & partnered).sum()), int(removed.sum()))


def merged(rows: pl.DataFrame, removed: Flags, kind: str) -> Cell:
    """Share of the rows of `kind` that are removed, or whose source is.

    Another partner may be the reason, so of false twins this is at most what it says.
    """
    own = rows.with_row_index("at").filter(kind=kind)
    gone = removed[own["at"].to_numpy()] | removed[own["src"].to_numpy()]
    return share(int(gone.sum()), own.height)
