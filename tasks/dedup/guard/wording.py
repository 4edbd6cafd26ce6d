"""What two texts do not share, once all that means nothing is set aside.

Set aside are words in both (their order does not matter), light words, words that one side writes
in two, and pairs of words that differ by a slip of the pen: two neighbouring letters swapped, or
in a word of five letters or more (of three, if no other text has it) one added, lost or changed.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable
from functools import cache, cached_property
from typing import NamedTuple

from tasks.dedup.guard.light_words import LIGHT, NEGATIONS


class Words(Counter[str]):
    """How often each word of a text occurs."""

    @cached_property
    def content(self) -> int:
        """How many words of it are not light."""
        return sum(count for word, count in self.items() if word not in LIGHT)


NUMBER = re.compile(r"\d")


class Difference(NamedTuple):
    """What one text has that the other has not, once light words and slips are set aside."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    content: int  # content words of the smaller text


def difference(one: Iterable[str], other: Iterable[str], rare: Container[str] = ()) -> Difference:
    """What two texts do not share.

    Args:
        one: Folded words of a text.
        other: Those of the other.
        rare: Words that no other text has; such a word is a slip sooner than another word.

    Returns:
        Essential words of `one` and of `other`, in alphabetical order.
    """
    a, b = counted(one), counted(other)
    content = min(a.content, b.content)
    left, right = surplus(a, b), surplus(b, a)
    if left and right:  # neither a split nor a slip has one side alone
        left, right = _without_splits(left, right)
        left, right = _without_slips(left, right, rare)
    return Difference(tuple(_weighty(left)), tuple(_weighty(right)), content)


def counted(words: Iterable[str]) -> Words:
    """How often each word occurs; a count is taken as it is."""
    return words if isinstance(words, Words) else Words(words)


def numbers_replaced(one: Words, other: Words) -> bool:
    """Whether each of two texts has a number that the other has not."""
    return has_number(surplus(one, other)) and has_number(surplus(other, one))


def has_number(words: Iterable[str]) -> bool:
    """Whether one of some words has a digit."""
    return NUMBER.search(" ".join(words)) is not None


def has_name(words: Iterable[str], text: str) -> bool:
    """Whether one of `words` (folded) is written with a capital inside a sentence of `text`."""
    named = (word.capitalize() for word in words if word[0].isalpha())
    written = (name for name in named if name in text)  # to compile an expression is dear
    return any(re.search(rf"[a-z,;] {re.escape(name)}\b", text) for name in written)


def surplus(one: Words, other: Words) -> list[str]:
    """Words that `one` has more often than `other`, as often as it has them more, sorted."""
    more = ((word, n - other[word]) for word, n in one.items() - other.items())
    return sorted(word for word, n in more for _ in range(n))


def _weighty(words: list[str]) -> list[str]:
    return [word for word in words if not is_light(word)]


def is_light(word: str) -> bool:
    """Whether a word says nothing, a slip in it included."""
    return word in LIGHT or word in swapped_light()


@cache
def swapped_light() -> frozenset[str]:
    """Light words with two neighbouring letters swapped, as in `htat`."""
    swapped = {
        word[:i] + word[i + 1] + word[i] + word[i + 2 :]
        for word in LIGHT if len(word) > 2 for i in range(len(word) - 1)
    }  # fmt: skip
    return frozenset(swapped - NEGATIONS)


def _without_splits(left: list[str], right: list[str]) -> tuple[list[str], list[str]]:
    """Set aside words that one side writes in two: `twentyten` and `twenty`, `ten`."""
    for one, other in ((left, right), (right, left)):
        for word in [w for w in one if is_divisible(w)]:
            for first in sorted(other, key=len):
                halves = first, word[len(first) :]
                if word.startswith(first) and halves[1] in other and _can_take(other, halves):
                    one.remove(word)
                    for half in halves:
                        other.remove(half)
                    break
    return left, right


def is_divisible(word: str) -> bool:
    """Whether a word may be two that are written as one."""
    return len(word) > 5 or (len(word) > 3 and word.isalpha())


def _can_take(words: list[str], halves: tuple[str, str]) -> bool:
    """Whether both halves are among `words`, twice where they are the same."""
    return all(words.count(half) >= halves.count(half) for half in halves)


def _without_slips(
    left: list[str], right: list[str], rare: Container[str]
) -> tuple[list[str], list[str]]:
    """Set aside words that differ by a slip of the pen, each with one partner.

    One slip leaves the first or the last letter alone, so only words that share one are tried.
    """
    ends: dict[tuple[int, str], list[int]] = defaultdict(list)
    for at, word in enumerate(right):
        ends[0, word[0]].append(at)
        ends[-1, word[-1]].append(at)
    taken: set[int] = set()
    kept = []
    for word in left:
        tried = sorted({*ends[0, word[0]], *ends[-1, word[-1]]} - taken)
        partner = next((at for at in tried if _is_slip(word, right[at], rare)), None)
        if partner is None:
            kept.append(word)
        else:
            taken.add(partner)
    return kept, [word for at, word in enumerate(right) if at not in taken]


@cache
def _distance() -> Callable[..., int]:
    """Letters added, lost, changed or swapped with their neighbour."""
    from rapidfuzz.distance import OSA

    return OSA.distance


def _is_slip(one: str, other: str, rare: Container[str]) -> bool:
    shorter, longer = sorted((len(one), len(other)))
    if longer - shorter > 1 or longer < 3 or NUMBER.search(one + other):
        return False
    if _distance()(one, other, score_cutoff=1) > 1:
        return False
    known = one not in rare and other not in rare
    is_small = shorter >= 3 and (longer >= 5 or sorted(one) == sorted(other))
    return is_small or not known
