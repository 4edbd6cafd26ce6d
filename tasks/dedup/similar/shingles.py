"""Sets of word shingles of many texts, as sorted 32-bit hashes.

A shingle is a run of `k` words (`tasks.dedup.similar.word_hashes`); a text of fewer words is one
shingle of all of them. Scripts written without spaces count each character as a word, and so does
each emoji.

Two shingles share a hash once in four thousand million, so of two texts with a hundred shingles
each one in half a million seems to share a shingle that it does not.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.parallel import each
from tasks.dedup.similar.word_hashes import Chunk, Hashes, Ints, WordLists, word_lists

BITS = 448  # of a set's bitmap; with the size it fills one line of the processor's cache
SIZE = 7  # where in a set's eight numbers its size stands

U64, U32 = np.uint64, np.uint32
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


class Sets(NamedTuple):
    """Shingle sets of n texts: `hashes[starts[i] : starts[i] + sizes[i]]`, ascending."""

    hashes: Hashes
    starts: Ints
    sizes: npt.NDArray[np.int32]
    bitmaps: npt.NDArray[np.uint64]  # (n, 8): 448 bits, each the parity of the hashes it stands for
    chunks: tuple[Chunk, ...]


def shingle_sets(texts: pl.Series, k: int) -> Sets:
    """The set of shingles of each text.

    Args:
        texts: n texts; one that is null or has no word has an empty set.
        k: Words in a shingle.
    """
    return sets_of(word_lists(texts), k)


def sets_of(lists: WordLists, k: int) -> Sets:
    """The set of shingles of each list of words, written over the words: they are gone."""
    n = len(lists.sizes)
    starts, sizes = lists.starts.copy(), np.zeros(n, np.int32)
    bitmaps = np.zeros((n, 8), U64)

    def make(chunk: Chunk) -> Chunk:
        start, texts = chunk.start, chunk.texts
        end = _sets(lists.hashes, starts, lists.sizes, texts, start, k, sizes, bitmaps)
        return chunk._replace(end=end)

    return Sets(lists.hashes, starts, sizes, bitmaps, tuple(each(make, lists.chunks)))


def shingles_in(lists: WordLists, k: int) -> WordLists:
    """The shingles of each list of words in their order, with repeats, and written anew."""
    hashes, sizes = np.empty(len(lists.hashes), U32), np.zeros(len(lists.sizes), np.int64)
    _all_shingles(lists.hashes, lists.starts, lists.sizes, k, hashes, sizes)
    return WordLists(hashes, lists.starts, sizes, ())


def sets_in(shingles: WordLists, rows: Ints) -> Sets:
    """The sets of some lists of shingles, written over them.

    Args:
        shingles: What `shingles_in` returned.
        rows: Places of n lists, none twice.
    """
    sizes, bitmaps = np.zeros(len(rows), np.int32), np.zeros((len(rows), 8), U64)
    starts = shingles.starts[rows]
    _sort(shingles.hashes, starts, shingles.sizes[rows], sizes, bitmaps)
    return Sets(shingles.hashes, starts, sizes, bitmaps, ())


BASE = 0x9FB21C651E98DF25


@compiled
def _sets(hashes, starts, lengths, texts, out, k, sizes, bitmaps):
    """Write the sets of `texts` from `out` on, in place of their words; returns where they end."""
    longest = 0
    for d in texts:
        longest = max(longest, lengths[d])
    found = np.empty(longest, U32)
    other = np.empty(longest, U32)
    counts = np.empty(257, np.int32)
    for d in texts:
        n = _shingles(hashes, starts[d], starts[d] + lengths[d], k, found)
        m = _sorted_set(found, n, other, counts)
        starts[d] = out
        sizes[d] = m
        for i in range(m):
            hashes[out + i] = found[i]
        _draw(found, m, bitmaps[d])
        out += m
    return out


@compiled
def _sort(hashes, starts, lengths, sizes, bitmaps):
    longest = lengths.max() if lengths.shape[0] else 0
    other = np.empty(longest, U32)
    counts = np.empty(257, np.int32)
    for d in range(starts.shape[0]):
        found = hashes[starts[d] : starts[d] + lengths[d]]
        sizes[d] = _sorted_set(found, lengths[d], other, counts)
        _draw(found, sizes[d], bitmaps[d])


@compiled
def _all_shingles(words, starts, lengths, k, hashes, sizes):
    for d in range(sizes.shape[0]):
        begin, end = starts[d], starts[d] + lengths[d]
        sizes[d] = _shingles(words, begin, end, k, hashes[begin:end])


@compiled
def _shingles(words, start, end, k, found):
    """Write the hash of each shingle of the words from `start` to `end`; returns how many."""
    power = U64(1)
    for _ in range(k - 1):
        power *= U64(BASE)
    roll = U64(0)
    for i in range(start, min(start + k - 1, end)):
        roll = roll * U64(BASE) + U64(words[i])
    if end - start < k:
        if end == start:
            return 0
        mixed = (roll + U64(end - start)) * U64(0xFF51AFD7ED558CCD)
        found[0] = U32((mixed ^ (mixed >> U64(29))) >> U64(32))
        return 1
    n = 0
    for i in range(start + k - 1, end):
        roll = roll * U64(BASE) + U64(words[i])
        mixed = (roll ^ (roll >> U64(33))) * U64(0xFF51AFD7ED558CCD)
        found[n] = U32(mixed >> U64(32))
        n += 1
        roll -= U64(words[i - k + 1]) * power
    return n


@compiled
def _draw(hashes, size, bitmap):
    """Write the bitmap of a set and its size."""
    bitmap[SIZE] = U64(size)
    for i in range(size):
        # the low bits: sets are sorted by the high ones
        bit = (U64(hashes[i] & U32(0xFFFFF)) * U64(BITS)) >> U64(20)
        bitmap[bit >> U64(6)] ^= U64(1) << (bit & U64(63))


@compiled
def _sorted_set(found, n, other, counts):
    """Sort the first n of `found` and drop repeats; returns how many are left.

    Hashes are spread evenly, so sorting a few thousand by the highest byte leaves next to nothing
    to do; of many more all bytes are sorted by, from the lowest on.
    """
    few = n <= 4096
    for step in range(3 if few else 0, 4):
        shift = U32(8 * step)
        counts[:] = 0
        for i in range(n):
            counts[((found[i] >> shift) & U32(255)) + 1] += 1
        for i in range(256):
            counts[i + 1] += counts[i]
        for i in range(n):
            byte = (found[i] >> shift) & U32(255)
            other[counts[byte]] = found[i]
            counts[byte] += 1
        found[:n] = other[:n]
    m = 0
    for i in range(n):
        value = found[i]
        if few:
            j = m - 1
            while j >= 0 and found[j] > value:
                j -= 1
            if j >= 0 and found[j] == value:
                continue
            for moved in range(m, j + 1, -1):
                found[moved] = found[moved - 1]
            found[j + 1] = value
            m += 1
        elif m == 0 or found[m - 1] != value:
            found[m] = value
            m += 1
    return m
