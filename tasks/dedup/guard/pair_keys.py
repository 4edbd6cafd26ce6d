"""Keys of pairs of rows: what decides whether two rows say the same.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.memo import hash_of
from tasks.dedup.guard.lexicon import Numbered

U64 = np.uint64
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


def keys_of(rows: pl.DataFrame, words: Numbered, a: Ints, b: Ints) -> Keys:
    """A key for each pair of rows.

    Args:
        rows: n rows with the columns text, asked, told and context.
        words: Their words.
        a: Places of m rows.
        b: Places of the rows beside them.
    """
    used = np.unique(np.concatenate([a, b]))
    seen = rows[used].select(pl.struct("text", "asked", "told", "context").struct.json_encode())
    own = np.zeros(rows.height, U64)
    own[used] = np.array([hash_of(line.encode()) for line in seen.to_series()], U64)
    own ^= _rare(words.numbers, words.starts, words.features, rows.height)
    return own[a] * U64(0x9E3779B97F4A7C15) + own[b]


@compiled
def _rare(numbers, starts, features, n):
    """A number for each of the first n rows that says which of its words are rare."""
    marks = np.zeros(n, np.uint64)
    half = (starts.shape[0] - 1) // 2
    for row in range(n):
        mark = U64(0)
        for text in (row, row + half):
            for i in range(starts[text], starts[text + 1]):
                if features[numbers[i]].rare:
                    place = U64(2 * (i - starts[text]) + (text != row) + 1)
                    mark = (mark ^ place) * U64(0xD6E8FEB86659FD93)
                    mark ^= mark >> U64(32)
        marks[row] = mark
    return marks
