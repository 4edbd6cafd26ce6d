"""How well the answers predict held-out answers word by word: a Kneser-Ney trigram model.

Interpolated, with one discount for all orders (Kneser and Ney 1995; Chen and Goodman 1999). Words
that no training answer has share what is left evenly over a vocabulary of a fixed size, so that
values of different sets can be compared.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.scale.corpus import Corpus, Ints, Words
from tasks.scale.trainer import Held, Metric, Point, Subset

DISCOUNT = 0.75
VOCABULARY = 60_000
END, START = 0, 1  # words begin at 2
BITS = 21  # of a word in a key; three of them fit in one number
MOST = (1 << BITS) - 1
LOW = (1 << 2 * BITS) - 1

Floats = npt.NDArray[np.float64]


class Order(NamedTuple):
    """Contexts of one length and what follows them."""

    keys: Ints  # context and word, sorted
    counts: Ints
    contexts: Ints  # sorted
    totals: Ints  # by context
    kinds: Ints  # words that follow, by context


class Ngram:
    """Bits that a word of a held-out answer takes."""

    name = "ngram"
    version = "1"
    is_dear = False
    spent = 0.0
    metrics = (
        Metric("bits_per_word", "wording", "held-out answers, predicted word by word",
               unit="bits per word", sees="wording, garbled text and copies",
               blind="answers that belong to another prompt"),
    )  # fmt: skip

    def train(
        self,
        corpus: Corpus,
        subset: Subset,
        held: Held,
        seed: int,  # noqa: ARG002 (no chance)
    ) -> Iterator[Point]:
        """Points for every size."""
        words = corpus.answer_words
        asked = _trigrams(words, held.rows)
        for size in subset.sizes:
            bits = _bits(_trigrams(words, subset.answers[:size]), asked)
            yield Point("bits_per_word", size, bits)


def _trigrams(words: Words, texts: Ints) -> Ints:
    """Every word of `texts`, and an end for each, as a key with the two words before it."""
    ids, sizes = words.of(texts)
    ends = np.cumsum(sizes + 3)
    padded = np.full(int(ends[-1]) if len(ends) else 0, START, np.int64)
    first = np.repeat(ends - sizes - 1 - np.r_[0, np.cumsum(sizes)[:-1]], sizes)
    padded[np.arange(len(ids)) + first] = np.minimum(ids + 2, MOST)
    padded[ends - 1] = END
    is_word = np.ones(len(padded), dtype=bool)
    is_word[ends - sizes - 3] = is_word[ends - sizes - 2] = False  # the two starts of each text
    at = np.flatnonzero(is_word)
    keys: Ints = (padded[at - 2] << 2 * BITS) | (padded[at - 1] << BITS) | padded[at]
    return keys


def _order(keys: Ints, counts: Ints) -> Order:
    contexts, starts = np.unique(keys >> BITS, return_index=True)
    return Order(
        keys, counts, contexts, np.add.reduceat(counts, starts),
        np.diff(np.r_[starts, len(keys)]),
    )  # fmt: skip


def _bits(seen: Ints, asked: Ints) -> float:
    """Mean of the negative binary logarithms of what `asked` were given by the model of `seen`."""
    three = _order(*np.unique(seen, return_counts=True))
    # below the highest order what counts is after how many different words a word came
    two = _order(*np.unique(three.keys & LOW, return_counts=True))
    one = _order(*np.unique(two.keys & MOST, return_counts=True))
    chance = np.full(len(asked), 1 / VOCABULARY)
    for order, key in ((one, asked & MOST), (two, asked & LOW), (three, asked)):
        chance = _interpolated(order, key, chance)
    return float(-np.log2(chance).mean())


def _interpolated(order: Order, keys: Ints, shorter: Floats) -> Floats:
    total = _found(keys >> BITS, order.contexts, order.totals)
    kinds = _found(keys >> BITS, order.contexts, order.kinds)
    count = _found(keys, order.keys, order.counts)
    rest = DISCOUNT * kinds * shorter
    known = np.maximum(total, 1)
    return np.where(total > 0, (np.maximum(count - DISCOUNT, 0) + rest) / known, shorter)


def _found(keys: Ints, table: Ints, values: Ints) -> Ints:
    at = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[at] == keys, values[at], 0)
