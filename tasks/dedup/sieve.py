"""Sieve out pairs that the guard would refuse for sure, in compiled code.

Most pairs that share much of their wording are fillings of one template, and the guard
(`tasks.dedup.guard`) takes a tenth of a millisecond to say so. The sieve knows no slips of the
pen: it sets aside every word that could be one, because the other side has a word with the same
first or last letter, and refuses only what the guard refuses whatever those words are.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.dedup import guard
from tasks.dedup.light_words import LIGHT
from tasks.dedup.wording import NUMBER, is_light

VERDICTS = (None, "other_number", "other_words", "other_answer")
"""What the sieve says of a pair: nothing, or why it is none."""

LIMITS = np.array(
    [guard.LONG, guard.REPLACED, guard.ANSWER_LONG, guard.ANSWER_REPLACED, guard.ANSWER_MOST,
     guard.REWORDED, guard.REWORDED_FROM, guard.REWORDED_ANSWER]
)  # fmt: skip
"""Arguments of the compiled code, which keeps no eye on other modules' numbers."""

Ints = npt.NDArray[np.int64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


def sieve(rows: pl.DataFrame, a: Ints, b: Ints) -> npt.NDArray[np.uint8]:
    """Which pairs of `rows` the guard would refuse.

    Args:
        rows: Lists of folded words in `prompt` and `answer`.
        a: Places in `rows` of n pairs.
        b: The same of their partners.

    Returns:
        n places in `VERDICTS`.
    """
    listed = pl.concat([rows["prompt"], rows["answer"]])
    flat = pl.DataFrame({"words": listed}).lazy().with_row_index("text").explode(
        "words", empty_as_null=False, keep_nulls=False
    )  # fmt: skip
    known = flat.select("words").unique(maintain_order=True).with_row_index("word").collect()
    numbered = flat.join(known.lazy(), on="words").sort("text", "word").collect()
    starts = np.searchsorted(numbered["text"].to_numpy(), np.arange(len(listed) + 1))
    return _sieve(  # type: ignore[no-any-return]
        numbered["word"].to_numpy(), starts, _features(known["words"]), len(rows), a, b, LIMITS
    )


def _features(words: pl.Series) -> npt.NDArray[np.int32]:
    """For each word: first and last letter, length, and 1 each for light, idle, number, plain."""
    said = [
        (ord(w[0]), ord(w[-1]), len(w), is_light(w), w in LIGHT, bool(NUMBER.search(w)))
        for w in words.to_list()
    ]
    return np.array(said, np.int32).reshape(-1, 6)


@compiled
def _sieve(words, starts, features, n, a, b, limits):
    longest = 0
    for t in range(starts.shape[0] - 1):
        longest = max(longest, starts[t + 1] - starts[t])
    content = np.zeros(2 * n, np.int64)
    for t in range(2 * n):
        for i in range(starts[t], starts[t + 1]):
            content[t] += 1 - features[words[i], 4]
    left = np.empty(longest, np.int64)
    right = np.empty(longest, np.int64)
    found = np.zeros(a.shape[0], np.uint8)
    most = np.zeros(2, np.int64)
    both = np.zeros(2, np.bool_)
    numbers = np.zeros((2, 2), np.bool_)
    for pair in range(a.shape[0]):
        replaced = False
        for part in range(2):
            s, t = a[pair] + part * n, b[pair] + part * n
            n_left = _surplus(words, starts, s, t, left)
            n_right = _surplus(words, starts, t, s, right)
            number_left = number_right = False
            for i in range(n_left):
                number_left |= features[left[i], 5] == 1
            for i in range(n_right):
                number_right |= features[right[i], 5] == 1
            if part == 0 and number_left and number_right:
                replaced = True
                break
            cut = part == 1 and min(n_left, n_right) <= 1  # the last word of a cut answer
            sure_left = _sure(features, left, n_left, right, n_right, cut, numbers[0])
            sure_right = _sure(features, right, n_right, left, n_left, cut, numbers[1])
            most[part] = max(sure_left, sure_right)
            both[part] = sure_left > 0 and sure_right > 0
            if part == 0:
                asked_number = numbers[0, 0] or numbers[1, 0]
        if replaced:
            found[pair] = 1
            continue
        asked = min(content[a[pair]], content[b[pair]])
        told = min(content[a[pair] + n], content[b[pair] + n])
        if both[1]:
            few = told >= limits[0] and most[1] <= limits[1] * told
            damaged = (
                told >= limits[2]
                and most[1] <= limits[3] * told
                and most[1] <= limits[4]
                and not (numbers[0, 0] and numbers[1, 0])
            )
            if not few and not damaged:
                found[pair] = 3
                continue
        excused = (
            most[1] == 0
            and not asked_number
            and told >= limits[7]
            and asked >= limits[6]
            and most[0] <= limits[5] * asked
        )
        if both[0] and not excused and not (asked >= limits[0] and most[0] <= limits[1] * asked):
            found[pair] = 2
    return found


@compiled
def _surplus(words, starts, one, other, found):
    """Words that `one` has more often than `other`; returns how many."""
    i, j, n = starts[one], starts[other], 0
    while i < starts[one + 1]:
        while j < starts[other + 1] and words[j] < words[i]:
            j += 1
        if j < starts[other + 1] and words[j] == words[i]:
            j += 1
        else:
            found[n] = words[i]
            n += 1
        i += 1
    return n


@compiled
def _sure(features, words, n, others, m, cut, has_number):
    """How many weighty words can be no slip, and no part of a word that one side writes in two."""
    sure = 0
    has_number[0] = False
    for i in range(n):
        if features[words[i], 3] == 1:
            continue
        alone = True
        for j in range(m):
            w, v = words[i], others[j]
            ends = features[w, 0] == features[v, 0] or features[w, 1] == features[v, 1]
            # numbers have no slips, and only longer words are written in two
            numbers = features[w, 5] == 1 and features[v, 5] == 1
            if ends and (cut or not (numbers and max(features[w, 2], features[v, 2]) <= 5)):
                alone = False
                break
        if alone:
            sure += 1
            has_number[0] |= features[words[i], 5] == 1
    return sure
