"""The words of many texts as 32-bit hashes, in one compiled pass over their bytes.

What a word is, and that case and Unicode form do not matter, is said by `tasks.base.text.words`;
the pass gives the same words. It folds ASCII by itself; a text with a character that folding
would change is folded by Polars first, and such texts are few.

The lowest bit of a hash says whether a digit is in the word. Of two words one in two thousand
million share a hash.

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
CHUNK = 16_000_000  # bytes of text that one call reads

POINTS = (range(0xD800), range(0xE000, 0x1FC00), range(0x20000, 0x33480), range(0xE0000, 0xE0200))
"""Code points that Unicode gives a meaning to; all others are signs."""

U64, U32 = np.uint64, np.uint32
Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


class Chunk(NamedTuple):
    """Texts with words that lie behind each other in `hashes`, from start to end without a gap."""

    start: int
    end: int
    texts: Ints


class WordLists(NamedTuple):
    """Words of n texts: `hashes[starts[i] : starts[i] + sizes[i]]`, in their order."""

    hashes: Hashes
    starts: Ints
    sizes: Ints
    chunks: tuple[Chunk, ...]


def word_lists(texts: pl.Series) -> WordLists:
    """The words of each text; null counts as empty."""
    texts = texts.fill_null("")
    odd = np.zeros(len(texts), np.bool_)
    found = _lists(texts, classes(), odd)
    if not odd.any():
        return found
    places = np.flatnonzero(odd)
    folded = texts[places].to_frame("text").select(fold(pl.col("text"))).to_series()
    return _with(found, _lists(folded, classes() & ~np.uint8(UNSTABLE), odd[places]), places)


def gathered(lists: WordLists, rows: Ints) -> WordLists:
    """A copy of the words of `rows`, behind each other."""
    sizes = lists.sizes[rows]
    ends = np.cumsum(sizes)
    hashes = np.empty(int(sizes.sum()), U32)
    _copy(lists.hashes, lists.starts[rows], sizes, hashes)
    chunk = Chunk(0, len(hashes), np.flatnonzero(sizes))
    return WordLists(hashes, ends - sizes, sizes, (chunk,))


def hashes_of(words: pl.Series) -> Hashes:
    """The hash of each of `words`, which are folded."""
    lists = word_lists(words)
    return lists.hashes[lists.starts]


def unhashed(word: str, target: int) -> str | None:
    """The word of a hash, if a slip of the pen makes it of `word`, or if `word` begins with it.

    A slip is one letter added, lost, changed, or swapped with its neighbour. Only words of ASCII
    letters are tried.
    """
    if not word.isascii():
        return None
    letters = np.frombuffer(word.encode(), np.uint8)
    found = np.empty(len(word) + 1, np.uint8)
    return found[: _unhash(letters, U32(target), found)].tobytes().decode() or None


def _lists(texts: pl.Series, kinds: Bytes, odd: Bools) -> WordLists:
    """The words of each text, but for those that must be folded first: they are marked in `odd`."""
    offsets = offsets_of(texts)
    n = len(texts)
    words = np.empty(_room(int(offsets[-1]), n), U32)  # pages not written to take no memory
    starts, sizes = np.zeros(n, np.int64), np.zeros(n, np.int64)

    def read(run: tuple[int, int]) -> Chunk:
        low, high = run
        joined = texts[low:high].str.join("").cast(pl.Binary).item() or b"\0"
        data, start = np.frombuffer(joined, np.uint8), _room(int(offsets[low]), low)
        mine = sizes[low:high]
        end = _read(data, offsets[low:], kinds, odd[low:high], words[start:], mine)
        starts[low:high] = start + np.cumsum(mine) - mine
        return Chunk(start, start + end, np.flatnonzero(mine) + low)

    return WordLists(words, starts, sizes, tuple(each(read, runs_of(offsets))))


def _with(lists: WordLists, more: WordLists, places: Ints) -> WordLists:
    """`lists` with those of the texts at `places`, which had none so far."""
    base = max(chunk.end for chunk in lists.chunks)
    lists.starts[places], lists.sizes[places] = more.starts + base, more.sizes
    chunks = [Chunk(base + one.start, base + one.end, places[one.texts]) for one in more.chunks]
    end = max(chunk.end for chunk in more.chunks)
    hashes = np.concatenate([lists.hashes[:base], more.hashes[:end]])
    return WordLists(hashes, lists.starts, lists.sizes, (*lists.chunks, *chunks))


def _room(length: int, n: int) -> int:
    """Most words of n texts of `length` bytes together: `a©` is two words in three bytes."""
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
    """For every code point 0 for a sign, 1 part of a word, 2 a word by itself, 3 a digit in a word.

    `UNSTABLE` is added where folding may change it or what stands before it.
    """
    points = [p for r in POINTS for p in r]
    text = pl.col("text")
    part, single = text.str.contains(r"^[\p{L}\p{M}\p{N}_]$"), text.str.contains(rf"^(?:{SINGLE})$")
    digit = text.str.contains(r"^\p{Nd}$")
    kind = pl.when(single).then(2).when(digit).then(3).when(part).then(1).otherwise(0)
    folded = fold(text)
    silent = ~folded.str.contains(WORD) & (kind == 0)  # a sign stays a sign, whatever it becomes
    composes = text.str.contains(r"^\p{M}$") | pl.col("point").is_between(0x1100, 0x11FF)
    changes = ((folded != text) & ~silent) | composes
    frame = pl.DataFrame({"point": points, "text": [chr(p) for p in points]})
    found = frame.select(value=kind + UNSTABLE * (changes & (pl.col("point") > 127))).to_series()
    table = np.zeros(0x110000, np.uint8)
    table[points] = found.to_numpy()
    return table


START, PRIME, STEP = 0x9E3779B97F4A7C15, 0x100000001B3, 0x632BE5AB


@compiled
def _read(data, offsets, kinds, odd, words, sizes):
    """Write the hashes of the words of each text, and how many; returns how many in all."""
    n = 0
    for d in range(sizes.shape[0]):
        begin = n
        start = U64(START)
        i = offsets[d] - offsets[0]
        end = offsets[d + 1] - offsets[0]
        word = start
        inside = False
        digit = U32(0)
        while i <= end:
            kind = 0
            width = 1
            if i < end:
                b = data[i]
                if b < 128:
                    kind = kinds[b]
                    if kind & 1:
                        if 65 <= b <= 90:
                            b = b + np.uint8(32)
                        word = (word ^ U64(b)) * U64(PRIME) + U64(STEP)
                        inside = True
                        digit |= U32(kind)
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
                        n = begin
                        break
                    if kind & 1:
                        for j in range(i, i + width):
                            word = (word ^ U64(data[j])) * U64(PRIME) + U64(STEP)
                        inside = True
                        digit |= U32(kind)
                        i += width
                        continue
            # here a word ends, and a character that is a word by itself follows it
            if inside:
                words[n] = (U32(word ^ (word >> U64(32))) & ~U32(1)) | (digit >> U32(1))
                n += 1
                word = start
                inside = False
                digit = U32(0)
            if kind == 2:
                word = U64(0x51ED27)
                for j in range(i, i + width):
                    word = (word ^ U64(data[j])) * U64(PRIME) + U64(STEP)
                words[n] = U32(word ^ (word >> U64(32))) & ~U32(1)
                n += 1
                word = start
            i += width
        sizes[d] = n - begin
    return n


@compiled
def _copy(hashes, starts, sizes, copied):
    n = 0
    for i in range(sizes.shape[0]):
        for j in range(starts[i], starts[i] + sizes[i]):
            copied[n] = hashes[j]
            n += 1


@compiled
def _has_hash(letters, n, target):
    word = U64(START)
    for i in range(n):
        word = (word ^ U64(letters[i])) * U64(PRIME) + U64(STEP)
    return U32(word ^ (word >> U64(32))) & ~U32(1) == target


@compiled
def _unhash(letters, target, found):
    """Write the word that has the hash; returns its length, or 0."""
    n = letters.shape[0]
    found[:n] = letters
    for length in range(1, n):
        if _has_hash(found, length, target):
            return length
    for i in range(n):  # one changed, or swapped with the next
        for letter in range(97, 123):
            found[i] = letter
            if _has_hash(found, n, target):
                return n
        found[i] = letters[i]
        if i + 1 < n:
            found[i], found[i + 1] = letters[i + 1], letters[i]
            if _has_hash(found, n, target):
                return n
            found[i], found[i + 1] = letters[i], letters[i + 1]
    for i in range(n):  # one lost
        found[:i] = letters[:i]
        found[i : n - 1] = letters[i + 1 :]
        if _has_hash(found, n - 1, target):
            return n - 1
    for i in range(n + 1):  # one added
        found[:i] = letters[:i]
        found[i + 1 :] = letters[i:]
        for letter in range(97, 123):
            found[i] = letter
            if _has_hash(found, n + 1, target):
                return n + 1
    return 0
