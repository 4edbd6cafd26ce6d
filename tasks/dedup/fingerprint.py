"""A 128-bit hash of each text as `tasks.dedup.exact.normalised` leaves it, in one compiled pass.

Text is normalised byte by byte: regular expressions and Unicode tables take twenty times as long.
Only a text with a character that cannot stay as it is, nor is a mere quotation mark, goes through
`normalised` first.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.parallel import each
from tasks.dedup.similar.word_hashes import offsets_of, runs_of

U64 = np.uint64
Bytes = npt.NDArray[np.uint8]
Hashes = npt.NDArray[np.uint64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)

CACHED = 1_000_000  # bytes of text that are joined at a time; they stay in the processor's cache
SPACE, TURN = 32, 30
# classes of a byte, of which it may have several
WHITE, OPENS, ENDS, DASH = 1, 2, 4, 8
STAYS, FOREIGN = 0, 255
SIGNS = {"'": 39, '"': 34, "–": 1}
"""Signs that are read as one byte; no text has byte 1, and if one had, it would be looked at."""
KNOWN = 0x3000  # code points below are looked at one by one
IDEOGRAPHS = ((0x4E00, 0x9FFC), (0xAC00, 0xD7A3))  # and those are what they are


def fingerprints(texts: pl.Series, normalised: Callable[[pl.Expr], pl.Expr], ends: str) -> Hashes:
    """The hash of each text as `normalised` leaves it.

    Args:
        texts: n texts; null counts as empty.
        normalised: What makes a text that is not plain ASCII comparable. It is the same to a
            text that it has seen before, and to ASCII it does what is done here.
        ends: Signs that say nothing at the end of a turn.

    Returns:
        Array (n, 2).
    """
    texts = texts.fill_null("")
    classes = _classes(ends)
    tables = classes, _plain(classes), _signs(normalised)
    odd = np.zeros(len(texts), np.bool_)
    hashes = _hashed(texts, tables, odd)
    if odd.any():
        others = texts.to_frame("text").filter(odd).select(normalised(pl.col("text"))).to_series()
        stays = tables[2].copy()
        stays[stays == FOREIGN] = STAYS
        hashes[odd] = _hashed(others, (*tables[:2], stays), odd.copy())
    return hashes


def _hashed(
    texts: pl.Series, tables: tuple[Bytes, Bytes, Bytes], odd: npt.NDArray[np.bool_]
) -> Hashes:
    offsets = offsets_of(texts)
    hashes = np.empty((len(texts), 2), U64)

    def read(run: tuple[int, int]) -> None:
        low, high = run
        edges = np.searchsorted(offsets, np.arange(offsets[low], offsets[high], CACHED))
        for start, end in pairwise(np.unique([low, *edges, high]).tolist()):
            joined = texts[start:end].str.join("").cast(pl.Binary).item() or b"\0"
            _hash(np.frombuffer(joined, np.uint8), offsets, start, end, *tables, odd, hashes)

    each(read, runs_of(offsets))
    return hashes


@cache
def _signs(normalised: Callable[[pl.Expr], pl.Expr]) -> Bytes:
    """For each code point the ASCII sign that stands for it, or `STAYS`, or `FOREIGN`."""
    points = list(range(0x80, KNOWN))
    text = pl.col("text")
    letter = pl.concat_str(pl.lit("a"), text, pl.lit("a"))  # within a text, not at its end
    frame = pl.DataFrame({"text": [chr(p) for p in points]}).with_columns(
        became=normalised(letter).str.slice(1).str.strip_suffix("a"),
        composes=text.str.contains(r"[\p{M}\x{1100}-\x{11FF}]"),
    )
    table = np.full(0x110000, FOREIGN, np.uint8)
    for low, high in IDEOGRAPHS:
        table[low : high + 1] = STAYS
    became = pl.col("became")
    sign = became.replace_strict(SIGNS, default=FOREIGN, return_dtype=pl.Int64)
    found = pl.when("composes").then(FOREIGN).when(sign != FOREIGN).then(sign).when(
        became == text
    ).then(STAYS).otherwise(FOREIGN)  # fmt: skip
    table[points] = frame.select(found).to_series().to_numpy()
    return table


def _plain(classes: Bytes) -> Bytes:
    """For each byte what an ASCII sign becomes, or 0 where one must look: TURN and beyond ASCII."""
    table = np.arange(256, dtype=np.uint8)
    table[65:91] += 32
    table[96] = 39
    table[classes & WHITE > 0] = SPACE
    table[128:] = table[TURN] = 0
    return table


def _classes(ends: str) -> Bytes:
    table = np.zeros(256, np.uint8)
    table[SIGNS["–"]] = DASH
    for signs, kind in ((" \t\n\r\v\f", WHITE), (" \"'", OPENS), (ends, ENDS), ("-", DASH)):
        for sign in signs.encode():
            if sign < 128:
                table[sign] |= kind
    return table


@numba.njit(inline="always")
def _mixed(one, other, eight):
    """Two hashes with eight more bytes."""
    one = (one ^ eight) * U64(0x9FB21C651E98DF25)
    one ^= one >> U64(32)
    other = (other ^ eight ^ (eight >> U64(29))) * U64(0xC2B2AE3D27D4EB4F)
    other ^= other >> U64(31)
    return one, other


@compiled
def _hash(data, offsets, low, high, classes, plain, signs, odd, hashes):
    longest = 0
    for d in range(low, high):
        longest = max(longest, offsets[d + 1] - offsets[d])
    eights = np.zeros((longest >> 3) + 2, U64)
    turn = eights.view(np.uint8)
    for d in range(low, high):
        one, other = U64(0x9E3779B97F4A7C15), U64(0xC2B2AE3D27D4EB4F)
        i = offsets[d] - offsets[low]
        end = offsets[d + 1] - offsets[low]
        # white space at the ends of the whole text is no turn
        while i < end and classes[data[i]] & WHITE:
            i += 1
        while end > i and classes[data[end - 1]] & WHITE:
            end -= 1
        while i <= end:
            n = 0
            before = np.uint8(SPACE)
            while i < end:
                b = data[i]
                sign = plain[b]
                if sign:
                    # no branch for white space, which is everywhere
                    turn[n] = sign
                    n += (sign != SPACE) | (before != SPACE)
                    before = sign
                    i += 1
                    continue
                if b == TURN:
                    break
                width = 1
                if b >= 128:
                    point, width = _point(data, i)
                    sign = signs[point]
                    if sign == FOREIGN:
                        odd[d] = True
                if sign == STAYS:
                    for j in range(i, i + width):
                        turn[n] = data[j]
                        n += 1
                else:
                    turn[n] = sign
                    n += 1
                before = np.uint8(0)
                i += width
            if n > 0 and turn[n - 1] == SPACE:
                n -= 1
            first = 0
            while first < n and classes[turn[first]] & OPENS:
                first += 1
            if first == n:
                first = 0
            last = n
            while last > first:
                kind = classes[turn[last - 1]]
                if kind & ENDS:
                    last -= 1
                elif kind & DASH and last - 2 >= first and turn[last - 2] == SPACE:
                    last -= 2
                else:
                    break
            if last == first:
                # nothing but signs: they stay, up to the first dash
                while last < n and classes[turn[last]] & ENDS:
                    last += 1
                last = min(last + 1, n)
            n = last - first
            if first > 0:
                for j in range(n):
                    turn[j] = turn[first + j]
            turn[n : ((n >> 3) + 1) << 3] = 0
            for j in range((n >> 3) + 1):
                one, other = _mixed(one, other, eights[j])
            one, other = _mixed(one, other, U64(n))
            i += 1
        hashes[d, 0] = one
        hashes[d, 1] = other


@numba.njit(inline="always")
def _point(data, i):
    """The code point at a place, and how many bytes it has."""
    b = np.int64(data[i])
    if b < 0xE0:
        return ((b & 0x1F) << 6) | np.int64(data[i + 1] & 0x3F), 2
    low = (np.int64(data[i + 1] & 0x3F) << 6) | np.int64(data[i + 2] & 0x3F)
    if b < 0xF0:
        return ((b & 0x0F) << 12) | low, 3
    return ((b & 0x07) << 18) | (low << 6) | np.int64(data[i + 3] & 0x3F), 4
