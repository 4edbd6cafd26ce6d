"""Sieve out pairs that the guard would refuse for sure, and say what the others do not share.

Most pairs that share much of their wording are fillings of one template, and the guard
(`tasks.dedup.guard.rules`) takes tens of microseconds to say so. The sieve knows no slips of the
pen: it sets aside every word that could be one, because the other side has a word with the same
first or last letter, and refuses only what the guard refuses whatever those words are.

Of the pairs that it lets through, `Apart` finds the words that tell them apart, as
`tasks.dedup.guard.wording` says; the guard weighs them. Both are in one module because what is
compiled and kept is as old as its own file only.

Compiled by Numba when first used, and kept on disk; import this module in functions only.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from tasks.dedup.guard import rules as guard
from tasks.dedup.guard.lexicon import Lexicon, Numbered
from tasks.dedup.guard.wording import Difference

VERDICTS = (None, "other_number", "other_words", "other_answer")
"""What the sieve says of a pair: nothing, or why it is none."""

LIMITS = np.array(
    [guard.LONG, guard.REPLACED, guard.ANSWER_LONG, guard.ANSWER_REPLACED, guard.ANSWER_MOST,
     guard.REWORDED, guard.REWORDED_FROM, guard.REWORDED_ANSWER]
)  # fmt: skip
"""Arguments of the compiled code, which keeps no eye on other modules' numbers."""

PART = 3  # words that the beginning or end of an answer must have, or else what it is a part of

Ints = npt.NDArray[np.int64]
compiled: Any = numba.njit(nogil=True, cache=True, boundscheck=False)


def sieve(rows: Numbered, a: Ints, b: Ints) -> npt.NDArray[np.uint8]:
    """Which pairs of `rows` the guard would refuse.

    Args:
        rows: Words of prompts and answers.
        a: Places of n rows.
        b: The same of their partners.

    Returns:
        n places in `VERDICTS`.
    """
    return _sieve(rows, a, b, LIMITS)  # type: ignore[no-any-return]


@compiled
def _sieve(rows, a, b, limits):
    content, features = rows.content, rows.features
    n = content.shape[0] // 2
    longest = 0
    for t in range(2 * n):
        longest = max(longest, rows.starts[t + 1] - rows.starts[t])
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
            n_left, n_right = _surplus(rows, s, t, left, right)
            number_left = number_right = False
            for i in range(n_left):
                number_left |= features[left[i]].number
            for i in range(n_right):
                number_right |= features[right[i]].number
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
def _surplus(rows, one, other, left, right):
    """Write words that a text has more often than the other, of both; returns how many."""
    words = rows.ordered
    i, i_end = rows.starts[one], rows.starts[one + 1]
    j, j_end = rows.starts[other], rows.starts[other + 1]
    n = m = 0
    while i < i_end and j < j_end:
        word, partner = words[i], words[j]
        if word <= partner:
            if word < partner:
                left[n] = word
                n += 1
            i += 1
        if partner <= word:
            if partner < word:
                right[m] = partner
                m += 1
            j += 1
    while i < i_end:
        left[n] = words[i]
        n += 1
        i += 1
    while j < j_end:
        right[m] = words[j]
        m += 1
        j += 1
    return n, m


@compiled
def _sure(features, words, n, others, m, cut, has_number):
    """How many weighty words can be no slip, and no part of a word that one side writes in two."""
    sure = 0
    has_number[0] = False
    for i in range(n):
        if features[words[i]].weightless:
            continue
        alone = True
        for j in range(m):
            w, v = features[words[i]], features[others[j]]
            ends = w.first == v.first or w.last == v.last
            # numbers have no slips, and only longer words are written in two
            if ends and (cut or not (w.number and v.number and max(w.length, v.length) <= 5)):
                alone = False
                break
        if alone:
            sure += 1
            has_number[0] |= features[words[i]].number
    return sure


class Apart:
    """What two rows do not share, found as `tasks.dedup.guard.wording.difference` finds it."""

    def __init__(self, known: Lexicon) -> None:
        self.words, self.rows = known
        longest = int(np.diff(self.rows.starts).max(initial=0))
        self.found = np.empty(4 * longest, np.int32)
        self.sizes = np.zeros(4, np.int64)

    def __call__(self, a: int, b: int) -> tuple[Difference, Difference]:
        """What the prompts and what the answers of the rows at `a` and `b` do not share."""
        asked, told = _apart(self.rows, a, b, self.found, self.sizes)
        n, m, k, r = self.sizes.tolist()
        words = self.words
        found = [words[i] for i in self.found[: n + m + k + r].tolist()]
        left, right = found[:n], found[n : n + m]
        return (
            Difference(tuple(left), tuple(right), asked),
            Difference(tuple(found[n + m : n + m + k]), tuple(found[n + m + k :]), told),
        )

    def is_part(self, a: int, b: int) -> bool:
        """Whether the answer of one row is the beginning or the end of the other's."""
        half = len(self.rows.content) // 2
        return bool(_is_part(self.rows, a + half, b + half))

    def shorter_answer(self, a: int, b: int) -> int:
        """Words of the shorter answer of two rows."""
        half, starts = len(self.rows.content) // 2, self.rows.starts
        return int(min(starts[row + half + 1] - starts[row + half] for row in (a, b)))


@compiled
def _apart(rows, a, b, found, sizes):
    """Write essential words and how many; returns content words of the smaller of both texts."""
    half = rows.content.shape[0] // 2
    used = 0
    for part in range(2):
        s, t = a + part * half, b + part * half
        left = found[used:]
        right = left[rows.starts[s + 1] - rows.starts[s] :]
        n, m = _surplus(rows, s, t, left, right)
        if n > 0 and m > 0:  # neither a split nor a slip has one side alone
            n, m = _without_splits(rows, left, n, right, m)
            m, n = _without_splits(rows, right, m, left, n)
            n, m = _without_slips(rows, left, n, right, m)
        n = _weighty(rows.features, left, n)
        m = _weighty(rows.features, right, m)
        for i in range(m):
            left[n + i] = right[i]
        sizes[2 * part], sizes[2 * part + 1] = n, m
        used += n + m
    return (
        min(rows.content[a], rows.content[b]),
        min(rows.content[a + half], rows.content[b + half]),
    )


@compiled
def _weighty(features, words, n):
    """Keep those that are not light; returns how many."""
    kept = 0
    for i in range(n):
        if not features[words[i]].weightless:
            words[kept] = words[i]
            kept += 1
    return kept


@compiled
def _without_splits(rows, one, n, other, m):
    """Set aside words of `one` that `other` writes in two; returns how many are left of both."""
    i = 0
    while i < n:
        if rows.features[one[i]].divisible:
            # in alphabetical order, so that the shortest beginning comes first
            first, second = _halves(rows, one[i], other, m)
            if second >= 0:
                n = _without(one, n, i)
                m = _without(other, m, max(first, second))
                m = _without(other, m, min(first, second))
                continue
        i += 1
    return n, m


@compiled
def _halves(rows, word, others, m):
    """Places of two words that make up `word`, or -1."""
    bounds, features = rows.bounds, rows.features
    begin, end = bounds[word], bounds[word + 1]
    for i in range(m):
        if features[others[i]].first != features[word].first:
            continue
        middle = begin + features[others[i]].length
        if middle < end and _is_spelt(rows, others[i], begin, middle):
            for j in range(m):
                if i != j and _is_spelt(rows, others[j], middle, end):
                    return i, j
    return -1, -1


@compiled
def _is_spelt(rows, word, begin, end):
    """Whether a word has the letters from `begin` to `end`."""
    first = rows.bounds[word]
    if rows.bounds[word + 1] - first != end - begin:
        return False
    for i in range(end - begin):
        if rows.letters[first + i] != rows.letters[begin + i]:
            return False
    return True


@compiled
def _without(words, n, at):
    for i in range(at, n - 1):
        words[i] = words[i + 1]
    return n - 1


@compiled
def _without_slips(rows, left, n, right, m):
    """Set aside words that differ by a slip, each with one partner; returns how many are left."""
    kept = 0
    for i in range(n):
        partner = -1
        for j in range(m):
            if right[j] >= 0 and _is_slip(rows, left[i], right[j]):
                partner = j
                break
        if partner < 0:
            left[kept] = left[i]
            kept += 1
        else:
            right[partner] = -1
    others = 0
    for j in range(m):
        if right[j] >= 0:
            right[others] = right[j]
            others += 1
    return kept, others


@compiled
def _is_slip(rows, one, other):
    w, v = rows.features[one], rows.features[other]
    shorter, longer = min(w.length, v.length), max(w.length, v.length)
    # one slip leaves the first or the last letter alone
    if w.first != v.first and w.last != v.last:
        return False
    if longer - shorter > 1 or longer < 3 or w.number or v.number:
        return False
    short, long = rows.bounds[one], rows.bounds[other]
    if w.length > v.length:
        short, long = long, short
    letters = rows.letters
    first, last = 0, 0  # letters that they share at the beginning and at the end
    while first < shorter and letters[short + first] == letters[long + first]:
        first += 1
    while last < shorter - first and (
        letters[short + shorter - 1 - last] == letters[long + longer - 1 - last]
    ):
        last += 1
    middle = shorter - first - last
    swapped = (
        shorter == longer
        and middle == 2
        and letters[short + first] == letters[long + first + 1]
        and letters[short + first + 1] == letters[long + first]
    )
    if not swapped and middle > (1 if shorter == longer else 0):
        return False
    is_small = shorter >= 3 and (longer >= 5 or swapped)
    return is_small or w.rare or v.rare


@compiled
def _is_part(rows, one, other):
    """Whether the words of one text are the beginning or the end of the other's.

    The last word of what is cut short may be cut itself. What stands in front must not deny the
    rest; nothing but numbers is a list that goes on, and so may be a word or two.
    """
    short, long = rows.starts[one], rows.starts[other]
    n, m = rows.starts[one + 1] - short, rows.starts[other + 1] - long
    if n > m:
        short, long, n, m = long, short, m, n
    if n == 0 or n == m:
        return False
    numbers, features = rows.numbers, rows.features
    begins = _begins(rows, short, long, n)
    more = long + n if begins else long
    if not begins:
        for i in range(n):
            if numbers[short + i] != numbers[long + m - n + i]:
                return False
    counts, number, denies = True, False, False
    for i in range(n):
        counts &= features[numbers[short + i]].number
    for i in range(more, more + m - n):
        number |= features[numbers[i]].number
        denies |= features[numbers[i]].denies
    if counts or (denies and not begins):
        return False
    return n >= PART or (m - n > PART and not number)


@compiled
def _begins(rows, short, long, n):
    """Whether n words are the beginning of others; of the last its beginning is enough."""
    numbers, bounds = rows.numbers, rows.bounds
    for i in range(n - 1):
        if numbers[short + i] != numbers[long + i]:
            return False
    cut, whole = numbers[short + n - 1], numbers[long + n - 1]
    length = bounds[cut + 1] - bounds[cut]
    return bounds[whole + 1] - bounds[whole] >= length and _is_spelt(
        rows, cut, bounds[whole], bounds[whole] + length
    )
