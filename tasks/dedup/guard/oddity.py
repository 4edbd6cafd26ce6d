"""How odd the wording of a row is beside that of all others: which of two twins is damaged.

Of two texts that say the same, one often has slips: letters or words swapped, a word lost, a
filler put in. Each slip makes pairs of neighbouring words that nobody else writes (`itno a`,
`system a prompt`), where the sound text has pairs that occur elsewhere. So the number of pairs of
words that no other row has is small for the sound text and large for the damaged one.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from tasks.dedup.guard.lexicon import Numbered

CUT = 0.06  # of the words that are missing; fewer may be slips
NEW = 0.25  # of the pairs of words that a text has more; in a set phrase fewer are odd

Ints = npt.NDArray[np.int64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


def odd_pairs(rows: Numbered) -> Ints:
    """For every row the number of its pairs of neighbouring words that no other row has.

    Prompt and answer are one text.

    Returns:
        n counts; 0 for rows of fewer than two words.
    """
    return _odd_pairs(rows.numbers, rows.starts, len(rows.features))  # type: ignore[no-any-return]


@compiled
def _odd_pairs(numbers, starts, n_words):
    n = (starts.shape[0] - 1) // 2
    # pairs by their first word: those that begin with word w are from places[w] to places[w + 1]
    places = np.zeros(n_words + 2, np.int64)
    for row in range(n):
        one = -1
        for text in (row, row + n):
            for i in range(starts[text], starts[text + 1]):
                if one >= 0:
                    places[one + 2] += 1
                one = numbers[i]
    for word in range(n_words + 1):
        places[word + 1] += places[word]
    second = np.empty(places[n_words + 1], np.int32)
    owner = np.empty(second.shape[0], np.int32)
    for row in range(n):
        one = -1
        for text in (row, row + n):
            for i in range(starts[text], starts[text + 1]):
                if one >= 0:
                    second[places[one + 1]] = numbers[i]
                    owner[places[one + 1]] = row
                    places[one + 1] += 1
                one = numbers[i]
    nobody, many = -1, -2
    had_by = np.full(n_words, nobody, np.int32)
    odd = np.zeros(n, np.int64)
    for word in range(n_words):
        for i in range(places[word], places[word + 1]):
            known = had_by[second[i]]
            if known == nobody:
                had_by[second[i]] = owner[i]
            elif known != owner[i]:
                had_by[second[i]] = many
        for i in range(places[word], places[word + 1]):
            if had_by[second[i]] >= 0:
                odd[owner[i]] += 1
                had_by[second[i]] = many  # a row that has it twice has it once
        for i in range(places[word], places[word + 1]):
            had_by[second[i]] = nobody
    return odd


def cut_rows(
    a: Ints, b: Ints, is_part: Callable[[int, int], bool], sizes: Ints, odd: Ints
) -> npt.NDArray[np.bool_]:
    """Which rows are cut short: the answer of another begins with theirs, and goes on.

    What a set phrase adds others have as well, so few of its pairs of words are odd.

    Args:
        a: Rows of pairs that may say the same.
        b: Their partners.
        is_part: Whether the answer of one row is the beginning or the end of the other's.
        sizes: Words of each row, prompt and answer.
        odd: Odd pairs of words of each row.

    Returns:
        Whether each row is cut.
    """
    short, long = np.where(sizes[a] < sizes[b], a, b), np.where(sizes[a] < sizes[b], b, a)
    more = sizes[long] - sizes[short]
    may_be = np.flatnonzero((more > CUT * sizes[long]) & (odd[long] >= NEW * more))
    is_cut = np.zeros(len(sizes), np.bool_)
    for one, other in zip(short[may_be].tolist(), long[may_be].tolist(), strict=True):
        if not is_cut[one]:
            is_cut[one] = is_part(one, other)
    return is_cut
