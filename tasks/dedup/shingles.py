"""Sets of word shingles of many texts, as sorted 32-bit hashes, in one compiled pass.

A shingle is a run of `k` words; a text of fewer words is one shingle of all of them. Scripts
written without spaces count each character as a word, and so does each emoji. What a word is, and
that case and Unicode form do not matter, is said by `tasks.base.text.words`; the pass
reads bytes and gives the same. It folds ASCII by itself; a text with a character that folding
would change is folded by Polars first, and such texts are few.

Two shingles share a hash once in four thousand million, so of two texts with a hundred shingles
each one in half a million seems to share a shingle that it does not.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.parallel import each
from tasks.base.text import SINGLE, WORD, fold

UNSTABLE = 4  # bit of a code point's class: folding may change it or what stands before it
BITS = 448  # of a set's bitmap; with the size it fills one line of the processor's cache
SIZE = 7  # where in a set's eight numbers its size stands
CHUNK = 16_000_000  # bytes of text that one call reads

POINTS = (range(0xD800), range(0xE000, 0x1FC00), range(0x20000, 0x33480), range(0xE0000, 0xE0200))
"""Code points that Unicode gives a meaning to; all others are signs."""

U64, U32 = np.uint64, np.uint32
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


class Chunk(NamedTuple):
    """Texts whose sets lie behind each other in `hashes`, from start to end without a gap."""

    start: int
    end: int
    texts: Ints


class Sets(NamedTuple):
    """Shingle sets of n texts: `hashes[starts[i] : starts[i] + sizes[i]]`, ascending."""

    hashes: npt.NDArray[np.uint32]
    starts: Ints
    sizes: npt.NDArray[np.int32]
    bitmaps: npt.NDArray[np.uint64]  # (n, 8): 448 bits, each the parity of the hashes it stands for
    chunks: tuple["Chunk", ...]


def shingle_sets(texts: pl.Series, k: int) -> Sets:
    """The set of shingles of each text.

    Args:
        texts: n texts; one that is null or has no word has an empty set.
        k: Words in a shingle.
    """
    texts = texts.fill_null("")
    kinds, offsets = classes(), offsets_of(texts)
    sets, odd = _empty(offsets), np.zeros(len(texts), np.bool_)

    def read(run: tuple[int, int]) -> Chunk:
        return _read_run(texts, offsets, run, k, kinds, odd, sets)

    chunks = tuple(each(read, runs_of(offsets)))
    return _with_folded(sets._replace(chunks=chunks), texts, np.flatnonzero(odd), k)


def _with_folded(sets: Sets, texts: pl.Series, odd: Ints, k: int) -> Sets:
    """`sets` with those of the texts at `odd`, which could not be read as they are."""
    if not len(odd):
        return sets
    folded = texts[odd].to_frame("text").select(fold(pl.col("text"))).to_series()
    offsets = offsets_of(folded)
    more = _empty(offsets)
    kinds = classes() & ~np.uint8(UNSTABLE)
    nothing = np.zeros(len(odd), np.bool_)
    runs = [_read_run(folded, offsets, run, k, kinds, nothing, more) for run in runs_of(offsets)]
    base = len(sets.hashes)
    sets.starts[odd], sets.sizes[odd] = more.starts + base, more.sizes
    sets.bitmaps[odd] = more.bitmaps
    chunks = [Chunk(base + one.start, base + one.end, odd[one.texts]) for one in runs]
    hashes = np.concatenate([sets.hashes, more.hashes[: max([0, *(one.end for one in runs)])]])
    return sets._replace(hashes=hashes, chunks=(*sets.chunks, *chunks))


def _read_run(
    texts: pl.Series, offsets: Ints, run: tuple[int, int], k: int, kinds: Bytes,
    odd: npt.NDArray[np.bool_], sets: Sets,
) -> Chunk:  # fmt: skip
    low, high = run
    joined = texts[low:high].str.join("").cast(pl.Binary).item() or b"\0"
    base = _room(int(offsets[low]), low)
    end = _read(np.frombuffer(joined, np.uint8), offsets, low, high, k, kinds, odd, base, *sets[:4])
    return Chunk(base, end, np.flatnonzero(sets.sizes[low:high]) + low)


def _empty(offsets: Ints) -> Sets:
    """Room for the sets of all texts; pages that are not written to take no memory."""
    n = len(offsets) - 1
    room = _room(int(offsets[-1]), n)
    return Sets(
        np.empty(room, U32), np.zeros(n, np.int64), np.zeros(n, np.int32), np.zeros((n, 8), U64), ()
    )


def _room(length: int, n: int) -> int:
    """Most shingles of n texts of `length` bytes together: `a©` is two words in three bytes."""
    return 2 * length // 3 + n


def offsets_of(texts: pl.Series) -> Ints:
    """Where each text begins if all stand behind each other, and where the last one ends."""
    return np.concatenate([[0], texts.str.len_bytes().cum_sum().to_numpy()]).astype(np.int64)


def runs_of(offsets: Ints) -> list[tuple[int, int]]:
    """First and last of runs of texts that together have about `CHUNK` bytes."""
    n = len(offsets) - 1
    edges = np.searchsorted(offsets, np.arange(0, offsets[-1], CHUNK), side="left")
    cuts = np.unique(np.concatenate([[0], edges, [n]])).tolist()
    return list(pairwise(cuts))


@cache
def classes() -> Bytes:
    """For every code point 0 if it is a sign, 1 if part of a word, 2 if a word by itself.

    `UNSTABLE` is added where folding may change it or what stands before it.
    """
    points = [p for r in POINTS for p in r]
    text = pl.col("text")
    part, single = text.str.contains(r"^[\p{L}\p{M}\p{N}_]$"), text.str.contains(rf"^(?:{SINGLE})$")
    kind = pl.when(single).then(2).when(part).then(1).otherwise(0)
    folded = fold(text)
    silent = ~folded.str.contains(WORD) & (kind == 0)  # a sign stays a sign, whatever it becomes
    composes = text.str.contains(r"^\p{M}$") | pl.col("point").is_between(0x1100, 0x11FF)
    changes = ((folded != text) & ~silent) | composes
    frame = pl.DataFrame({"point": points, "text": [chr(p) for p in points]})
    found = frame.select(value=kind + UNSTABLE * (changes & (pl.col("point") > 127))).to_series()
    table = np.zeros(0x110000, np.uint8)
    table[points] = found.to_numpy()
    return table


PRIME, STEP, BASE = 0x100000001B3, 0x632BE5AB, 0x9FB21C651E98DF25


@compiled
def _read(data, offsets, low, high, k, kinds, odd, base, hashes, starts, sizes, bitmaps):
    """Write the sets of the texts from `low` to `high` behind `base`; returns where they end."""
    longest = 0
    for d in range(low, high):
        longest = max(longest, offsets[d + 1] - offsets[d])
    found = np.empty(2 * longest // 3 + 2, U32)
    other = np.empty(found.shape[0], U32)
    counts = np.empty(257, np.int32)
    ring = np.empty(k, U64)
    power = U64(1)
    for _ in range(k):
        power *= U64(BASE)
    out = base
    for d in range(low, high):
        n = 0
        words = 0
        place = 0
        roll = U64(0)
        ring[:] = U64(0)
        start = U64(0x9E3779B97F4A7C15)
        word = start
        inside = False
        i = offsets[d] - offsets[low]
        end = offsets[d + 1] - offsets[low]
        while i <= end:
            kind = 0
            width = 1
            if i < end:
                b = data[i]
                if b < 128:
                    kind = kinds[b]
                    if kind == 1:
                        if 65 <= b <= 90:
                            b = b + np.uint8(32)
                        word = (word ^ U64(b)) * U64(PRIME) + U64(STEP)
                        inside = True
                        i += 1
                        continue
                else:
                    if b < 0xE0:
                        width = 2
                        point = (np.int64(b & 0x1F) << 6) | np.int64(data[i + 1] & 0x3F)
                    elif b < 0xF0:
                        width = 3
                        point = (
                            (np.int64(b & 0x0F) << 12)
                            | (np.int64(data[i + 1] & 0x3F) << 6)
                            | np.int64(data[i + 2] & 0x3F)
                        )
                    else:
                        width = 4
                        point = (
                            (np.int64(b & 0x07) << 18)
                            | (np.int64(data[i + 1] & 0x3F) << 12)
                            | (np.int64(data[i + 2] & 0x3F) << 6)
                            | np.int64(data[i + 3] & 0x3F)
                        )
                    kind = kinds[point]
                    if kind & UNSTABLE:
                        odd[d] = True
                        break
                    if kind == 1:
                        for j in range(i, i + width):
                            word = (word ^ U64(data[j])) * U64(PRIME) + U64(STEP)
                        inside = True
                        i += width
                        continue
            # here a word ends, and a character that is a word by itself follows it
            for turn in range(2):
                if turn == 0:
                    if not inside:
                        continue
                    value = word
                else:
                    if kind != 2:
                        continue
                    value = U64(0x51ED27)
                    for j in range(i, i + width):
                        value = (value ^ U64(data[j])) * U64(PRIME) + U64(STEP)
                value ^= value >> U64(32)
                roll = roll * U64(BASE) + value - ring[place] * power
                ring[place] = value
                place += 1
                if place == k:
                    place = 0
                words += 1
                if words >= k:
                    mixed = roll ^ (roll >> U64(33))
                    mixed *= U64(0xFF51AFD7ED558CCD)
                    found[n] = U32(mixed >> U64(32))
                    n += 1
            word = start
            inside = False
            i += width
        if odd[d]:
            continue
        if n == 0 and words > 0:
            mixed = (roll + U64(words)) * U64(0xFF51AFD7ED558CCD)
            found[0] = U32((mixed ^ (mixed >> U64(29))) >> U64(32))
            n = 1
        m = _sorted_set(found, n, other, counts)
        starts[d] = out
        sizes[d] = m
        bitmaps[d, SIZE] = U64(m)
        for i in range(m):
            h = found[i]
            hashes[out + i] = h
            # the low bits: sets are sorted by the high ones
            bit = (U64(h & U32(0xFFFFF)) * U64(BITS)) >> U64(20)
            bitmaps[d, bit >> U64(6)] ^= U64(1) << (bit & U64(63))
        out += m
    return out


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
