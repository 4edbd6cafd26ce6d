"""The words of many texts as numbers, in one compiled pass.

What a word is says `tasks.base.text.words`, and this gives the same words in the same order. A
number stands for one spelling, whichever text it is in, and numbers are in the order of the
spellings, so what is sorted by number is in alphabetical order.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from functools import cache
from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.text import SINGLE, fold
from tasks.dedup.similar.word_hashes import POINTS, offsets_of, runs_of

PART, ALONE = 1, 2
"""Classes of a code point: goes on with a word, is a word by itself."""

U64 = np.uint64
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


class Spelled(NamedTuple):
    """Words of n texts: those of text i are `numbers[starts[i] : starts[i + 1]]`, in order."""

    words: list[str]  # folded, each once, in alphabetical order
    numbers: npt.NDArray[np.int32]  # places in `words`
    starts: Ints  # n + 1


def spell(texts: pl.Series) -> Spelled:
    """The words of each text.

    Args:
        texts: n texts; null has no word.
    """
    plain = _folded(texts.fill_null(""))
    offsets = offsets_of(plain)
    numbers = np.empty(int(offsets[-1]) * 2 // 3 + len(plain) + 1, np.int32)  # `a©` is two words
    starts = np.zeros(len(plain) + 1, np.int64)
    kinds = _classes()
    lower = np.frombuffer(bytes(range(128)).lower() + bytes(128), np.uint8) * (kinds[:256] > 0)
    book: tuple[Any, ...] = _no_words()
    for low, high in runs_of(offsets):
        joined = plain[low:high].str.join("").cast(pl.Binary).item() or b"\0"
        data = np.frombuffer(joined, np.uint8)
        book = _spell(data, offsets, low, high, kinds, lower, numbers, starts, *book)
    _, letters, bounds, known = book
    listed = letters[: bounds[known]].tobytes().decode().split("\n")[:-1]
    return _in_order(listed, numbers[: starts[-1]], starts)


def _no_words() -> tuple[Any, ...]:
    """The book that `_spell` goes on with."""
    return np.full(1 << 16, -1, np.int32), np.empty(1, np.uint8), np.zeros(2, np.int64), 0


def _in_order(listed: list[str], numbers: npt.NDArray[np.int32], starts: Ints) -> Spelled:
    """Number words alphabetically rather than as they were met."""
    order = sorted(range(len(listed)), key=listed.__getitem__)
    rank = np.empty(len(listed), np.int32)
    rank[order] = np.arange(len(listed), dtype=np.int32)
    return Spelled([listed[at] for at in order], rank[numbers], starts)


def _folded(texts: pl.Series) -> pl.Series:
    """Texts with their words folded; the compiled pass lowers ASCII by itself."""
    foreign = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    if not len(foreign):
        return texts
    folded = texts[foreign].to_frame("text").select(fold(pl.col("text"))).to_series()
    return texts.scatter(foreign, folded)


@cache
def _classes() -> Bytes:
    """For every code point `PART`, `ALONE`, or 0 for a sign."""
    points = [p for r in POINTS for p in r]
    text = pl.col("text")
    part, alone = text.str.contains(r"^[\p{L}\p{M}\p{N}_]$"), text.str.contains(rf"^(?:{SINGLE})$")
    frame = pl.DataFrame({"text": [chr(p) for p in points]})
    table = np.zeros(0x110000, np.uint8)
    kind = pl.when(alone).then(ALONE).when(part).then(PART).otherwise(0)
    table[points] = frame.select(kind).to_series().to_numpy()
    return table


@numba.njit(inline="always")
def _class(data, i, kinds):
    """Class and number of bytes of the character at a place."""
    b = data[i]
    if b < 128:
        return kinds[b], 1
    if b < 0xE0:
        return kinds[(np.int64(b & 0x1F) << 6) | np.int64(data[i + 1] & 0x3F)], 2
    low = (np.int64(data[i + 1] & 0x3F) << 6) | np.int64(data[i + 2] & 0x3F)
    if b < 0xF0:
        return kinds[(np.int64(b & 0x0F) << 12) | low], 3
    return kinds[(np.int64(b & 0x07) << 18) | (low << 6) | np.int64(data[i + 3] & 0x3F)], 4


@numba.njit(inline="always")
def _with_byte(mixed, b):
    return (mixed ^ U64(b)) * U64(0x9FB21C651E98DF25) ^ (mixed >> U64(29))


@compiled
def _spell(data, offsets, low, high, kinds, lower, numbers, starts, slots, letters, bounds, known):
    """Number the words of the texts from `low` to `high`.

    The last four are the book of words so far: a hash table of their numbers, their letters, each
    with a line break behind it, where each begins, and how many there are. Returns them.
    """
    for d in range(low, high):
        i = offsets[d] - offsets[low]
        end = offsets[d + 1] - offsets[low]
        out = starts[d]
        begin = bounds[known]
        if begin + 2 * (end - i) > letters.shape[0]:  # a line break behind each word
            letters = _longer(letters, begin + 2 * (end - i))
        while i < end:
            # spell a word behind the last new one; if it is known, nobody will read that
            begin = bounds[known]
            used = begin
            mixed = U64(0x9E3779B97F4A7C15)
            while True:
                while i < end and lower[data[i]]:
                    letters[used] = lower[data[i]]
                    mixed = _with_byte(mixed, letters[used])
                    used += 1
                    i += 1
                if i >= end or data[i] < 128:
                    break
                kind, width = _class(data, i, kinds)
                alone = kind == ALONE
                if not kind or (alone and used > begin):
                    break
                for j in range(i, i + width):
                    letters[used] = data[j]
                    mixed = _with_byte(mixed, data[j])
                    used += 1
                i += width
                if alone:
                    break
            if used == begin:  # a sign
                i += 1 if data[i] < 128 else width
                continue
            letters[used] = 10
            used += 1
            slot = _slot(mixed, slots)
            while slots[slot] >= 0 and not _same(letters, bounds, slots[slot], begin, used):
                slot = (slot + 1) & (slots.shape[0] - 1)
            if slots[slot] < 0:
                slots[slot] = known
                known += 1
                if known + 1 >= bounds.shape[0]:
                    bounds = _longer(bounds, known + 2)
                bounds[known] = used
                numbers[out] = known - 1
                if 2 * known > slots.shape[0]:
                    slots = _rehashed(slots.shape[0], letters, bounds, known)
            else:
                numbers[out] = slots[slot]
            out += 1
        starts[d + 1] = out
    return slots, letters, bounds, known


@numba.njit(inline="always")
def _slot(mixed, slots):
    return np.int64((mixed ^ (mixed >> U64(32))) & U64(slots.shape[0] - 1))


@numba.njit(inline="always")
def _same(letters, bounds, word, begin, end):
    """Whether the letters from `begin` to `end` are those of a word."""
    first = bounds[word]
    if bounds[word + 1] - first != end - begin:
        return False
    for i in range(end - begin):
        if letters[first + i] != letters[begin + i]:
            return False
    return True


@compiled
def _longer(array, least):
    """An array with the same beginning and room for more."""
    longer = np.empty(max(2 * array.shape[0], least), array.dtype)
    longer[: array.shape[0]] = array
    return longer


@compiled
def _rehashed(size, letters, bounds, known):
    """A hash table of four times the size."""
    slots = np.full(4 * size, -1, np.int32)
    for word in range(known):
        mixed = U64(0x9E3779B97F4A7C15)
        for i in range(bounds[word], bounds[word + 1] - 1):
            mixed = _with_byte(mixed, letters[i])
        slot = _slot(mixed, slots)
        while slots[slot] >= 0:
            slot = (slot + 1) & (slots.shape[0] - 1)
        slots[slot] = word
    return slots
