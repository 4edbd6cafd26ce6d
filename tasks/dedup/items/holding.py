"""Whether a row that shares grams with an item holds that item.

The stretch of a turn where the item's grams lie is set beside the item:

1. Word for word the same is *exact*. A question that tells little (few words, or words that many
   texts have) is one only with its answer or its choices behind it; so is one that has an answer
   and is a small part of its turn, for it may be a quotation.
2. *Near* is what the guard of near-duplicates calls the same (`tasks.dedup.guard.rules`): other
   numbers, another word in place of one, and it is another question made from one template. A run
   of lost words is a lost question, however long the passage is that both have. Words more or
   less want the answer too, where there is one, or most of what the item tells.

A tag that redaction left (`<PERSON_1>`) may stand for the words in its place, and a label that a
template puts between the parts of a question (`Input:`) is none of its words.
"""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.dedup.guard.light_words import LIGHT
from tasks.dedup.guard.rules import judge
from tasks.dedup.guard.wording import difference, has_name
from tasks.dedup.items.answered import Item, answered

WORDS = 8  # of a question that can speak for itself
TELLS = 3.0  # grams that nobody else has, or as much of commoner ones
TELLS_ALONE = 1.0  # the same where the turn is nothing but the question
ALL = 0.9  # of its turn that such a question fills
FEWEST = 4  # words of a question that can be found at all
PART = 0.25  # of its turn that a question fills which tells little
ALONE = 0.6  # of its turn that a question fills
SURE = 0.75  # of what an item tells, where words differ and no answer helps
LOST = 5  # words in a row that are no slip
LOST_AT_END = 3  # the same at either end, where a question about a text stands
END = 15  # words at either end, where what is asked stands; there one word may be lost
BEHIND = 400  # words after a question where its answer stands
LABELS = frozenset(("input", "question", "instruction", "context", "output", "answer"))
TAG = re.compile(r"[a-z]+(?:_[a-z]+)*_\d+")

Places = npt.NDArray[np.int64]


class Stretch(NamedTuple):
    """A part of a turn that may be an item, in words."""

    words: list[str]
    behind: list[str]  # what follows, also in later turns
    turn: int  # words of the whole turn


class Verdict(NamedTuple):
    """What a stretch is, and how sure that is."""

    reason: str
    sure: float


def stretch_of(place: Places, at: Places, size: int) -> tuple[int, int]:
    """First place of an item of `size` words and the place behind it, where most grams agree.

    Args:
        place: Where its grams are found.
        at: Where they stand in the item.
        size: Words of the item.
    """
    shift = place - at
    order = np.argsort(shift, kind="stable")
    ordered = shift[order]
    slack = max(3, size // 4)  # words more or less that a near copy may have by then
    inside = np.searchsorted(ordered, ordered + slack, side="right") - np.arange(ordered.size)
    best = int(inside.argmax())
    chosen = order[best : best + inside[best]]
    first, last = chosen[place[chosen].argmin()], chosen[place[chosen].argmax()]
    return int(place[first] - at[first]), int(place[last] + size - at[last])


def weigh(item: Item, found: Stretch, share: float, tells: float) -> Verdict | None:
    """What a stretch is of an item; None if it is another text.

    Args:
        item: What is protected.
        found: Where it may be.
        share: Of what the item's grams tell, in the row.
        tells: How much they tell in all.
    """
    agrees = answered(item, found.behind)
    filled = len(item.words) / max(found.turn, 1)
    alone = filled >= ALONE
    telling = len(item.words) >= WORDS and tells >= (TELLS_ALONE if filled >= ALL else TELLS)
    asked = telling or (len(item.words) >= FEWEST and filled >= PART)
    stands = (bool(agrees) and asked) or (telling and (agrees is None or alone))
    if found.words == item.words:
        return Verdict("protected_exact", 1.0) if stands else None
    if not _same(item, found):
        return None
    lost = difference(item.words, found.words)
    if lost.left or lost.right:
        stands = stands and (bool(agrees) or share >= SURE)
    return Verdict("protected_near", round(min(share, 0.999), 3)) if stands else None


def _same(item: Item, found: Stretch) -> bool:
    """Whether the guard finds nothing between the two that makes another question."""
    own = {*item.words}
    asked = _untagged(item.words, [word for word in found.words if word not in LABELS - own])
    left, right, _ = difference(*asked)
    if left and right and has_name(left, item.text):
        return False
    if judge(asked, ((), ())) != "same":
        told = item.answer, found.behind[: len(item.answer)]
        if not item.answer or judge(asked, told) != "same":
            return False
    if left and right and max(map(len, _ends(item.words, found.words))) > 1:
        return False
    return not _has_hole(*asked)


def _ends(one: list[str], other: list[str]) -> tuple[tuple[str, ...], ...]:
    """Essential words that the second text has lost at its beginning and at its end."""
    first = difference(one[:END], other[: END + 3]).left
    return first, difference(one[-END:], other[-END - 3 :]).left


def _untagged(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Both texts without the tags of the second, and without what they stand for in the first."""
    tags = [word for word in other if TAG.fullmatch(word) and word not in one]
    if not tags:
        return one, other
    plain = [word for word in other if word not in tags]
    there = set(plain)
    most = 2 * len(tags)  # a name has two words
    kept = []
    for word in one:
        if word not in there and word not in LIGHT and most:
            most -= 1
        else:
            kept.append(word)
    return kept, plain


def _has_hole(one: list[str], other: list[str]) -> bool:
    """Whether a run of words of the first text is lost, light ones too, which no slip does."""
    from rapidfuzz.distance import Levenshtein

    runs = [
        (block.src_start, block.src_end, block.dest_end - block.dest_start)
        for block in Levenshtein.opcodes(one, other)
        if block.tag != "equal"
    ]
    joined: list[tuple[int, int, int]] = []
    for start, end, put in runs:  # blocks that touch are one
        if joined and joined[-1][1] == start:
            start, _, before = joined.pop()
            put += before
        joined.append((start, end, put))
    return any(
        end - start - put >= (LOST_AT_END if start == 0 or end == len(one) else LOST)
        for start, end, put in joined
    )
