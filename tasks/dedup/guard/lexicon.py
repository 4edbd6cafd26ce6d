"""Rows as numbered words, and what compiled code must know of each word.

Import this module in functions only, as it imports compiled code.
"""

from typing import Any, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.dedup.guard.light_words import LIGHT, NEGATIONS
from tasks.dedup.guard.spelled import spell
from tasks.dedup.guard.wording import NUMBER, swapped_light

FEATURES = np.dtype(
    [
        ("first", np.int32), ("last", np.int32),  # letters
        ("length", np.int32),
        ("weightless", np.bool_),  # light, or a slip of a light word
        ("light", np.bool_),
        ("number", np.bool_),  # has a digit
        ("divisible", np.bool_),  # may be two words in one
        ("denies", np.bool_),
        ("rare", np.bool_),  # no other row has it
    ],
    align=True,
)  # fmt: skip
"""What is known of a word. Compiled code sees when this changes: it is part of a type."""

Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]
Letters = npt.NDArray[np.uint32]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


class Numbered(NamedTuple):
    """Words of n rows as numbers: the prompt of row i is text i, and its answer is text n + i."""

    numbers: Ints32  # places in the words, text by text
    starts: Ints  # where each text begins, and where the last one ends
    ordered: Ints32  # `numbers`, of each text that is in a pair in ascending order
    content: Ints  # words of each text that are not light
    features: npt.NDArray[np.void]  # `FEATURES` of each word
    letters: Letters  # code points of all words
    bounds: Ints  # where in `letters` each word begins, and where the last one ends

    def sizes(self) -> Ints:
        """Words of each row, prompt and answer."""
        sizes: Ints = np.diff(self.starts).reshape(2, -1).sum(axis=0)
        return sizes


class Lexicon(NamedTuple):
    """Words in alphabetical order, and the rows that are made of them."""

    words: list[str]
    rows: Numbered


def lexicon(asked: pl.Series, told: pl.Series, n: int) -> Lexicon:
    """Read rows.

    Args:
        asked: Prompts.
        told: Answers to them.
        n: How many rows are in pairs, from the first on; from the others words are learnt.
    """
    words, numbers, starts = spell(pl.concat([asked, told]))
    letters = letters_of(words)
    return Lexicon(words, numbered(numbers, starts, features_of(words, letters), letters, n))


def numbered(
    numbers: Ints32, starts: Ints, features: npt.NDArray[np.void], letters: Letters, n: int
) -> Numbered:
    """Rows of numbers, and what follows from them.

    Args:
        numbers: Places in the words, text by text.
        starts: Where each text begins, and where the last one ends.
        features: `FEATURES` of each word; which are rare is found out here.
        letters: Code points of all words.
        n: See `lexicon`.
    """
    features["rare"] = _rows_with(numbers, starts, len(features)) == 1
    bounds = np.concatenate([[0], np.cumsum(features["length"], dtype=np.int64)])
    ordered, content = numbers.copy(), np.zeros(len(starts) - 1, np.int64)
    _order(ordered, starts, n, features, content)
    return Numbered(numbers, starts, ordered, content, features, letters, bounds)


def letters_of(words: list[str]) -> Letters:
    """The code points of all words, behind each other."""
    return np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)


def features_of(words: list[str], letters: Letters) -> npt.NDArray[np.void]:
    """`FEATURES` of each word, but for `rare`; `letters` are theirs."""
    word = pl.Series("word", words, pl.String)
    lengths = word.str.len_chars().cast(pl.Int64).to_numpy()
    ends = np.cumsum(lengths)
    features = np.zeros(len(words), FEATURES)
    features["length"] = lengths
    features["first"], features["last"] = letters[ends - lengths], letters[ends - 1]
    features["light"] = light = word.is_in(LIGHT).to_numpy()
    features["weightless"] = light | word.is_in(swapped_light()).to_numpy()
    features["number"] = word.str.contains(NUMBER.pattern).to_numpy()
    # as in `is_divisible`
    is_long, is_word = lengths > 3, word.str.contains(r"^\p{L}+$").to_numpy()
    features["divisible"] = (lengths > 5) | (is_long & is_word)
    features["denies"] = word.is_in(NEGATIONS).to_numpy()
    return features


@compiled
def _rows_with(numbers, starts, n_words):
    """In how many rows each word is."""
    rows = np.zeros(n_words, np.int64)
    last = np.full(n_words, -1, np.int64)
    n = (starts.shape[0] - 1) // 2
    for row in range(n):
        for text in (row, row + n):
            for i in range(starts[text], starts[text + 1]):
                word = numbers[i]
                if last[word] != row:
                    last[word] = row
                    rows[word] += 1
    return rows


@compiled
def _order(ordered, starts, n, features, content):
    """Sort the words of the texts of the first n rows, and count those that are not light."""
    half = (starts.shape[0] - 1) // 2
    for row in range(n):
        for text in (row, row + half):
            some = ordered[starts[text] : starts[text + 1]]
            some.sort()
            for word in some:
                content[text] += not features[word].light
