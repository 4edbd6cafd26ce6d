"""Look at a pair of similar rows: how alike they are, and what the guard says of them."""

from collections import Counter
from collections.abc import Container
from typing import Any, NamedTuple

import polars as pl

from tasks.dedup.guard import is_structured, weigh
from tasks.dedup.light_words import NEGATIONS
from tasks.dedup.wording import (
    NUMBER,
    Difference,
    counted,
    denials,
    difference,
    has_name,
    numbers_replaced,
    symbols,
)

SENTENCES = 30  # words of an answer from which the order of operators, or one more, tells nothing
PART = 3  # words that the beginning or end of an answer must have, or else what it is a part of


class Look(NamedTuple):
    """RapidFuzz's similarity of two texts in percent, and the verdict over them."""

    ratio: float
    verdict: str


class Texts:
    """What the guard needs to know of each row, found out once, when it is first asked for."""

    def __init__(self, listed: pl.DataFrame, rare: Container[str] = ()) -> None:
        """Read rows of `listed` with the columns folded, asked, told, context, prompt, answer."""
        columns = ("folded", "asked", "told", "context", "prompt", "answer")
        self.listed = listed.select(columns)
        self.rare = rare
        self.known: dict[int, dict[str, Any]] = {}

    def __getitem__(self, place: int) -> dict[str, Any]:
        """What there is to know of the row at `place`."""
        found = self.known.get(place)
        if found is None:
            found = self.known[place] = self._read(self.listed.row(place, named=True))
        return found

    @staticmethod
    def _read(row: dict[str, Any]) -> dict[str, Any]:
        counts = {name: counted(row[name]) for name in ("prompt", "answer")}
        signs = {"asked_signs": symbols(row["asked"]), "told_signs": symbols(row["told"])}
        strict = is_structured(row["told"])
        return {**row, **counts, **signs, "said": row["answer"], "strict": strict}


def look(texts: Texts, a: int, b: int, min_ratio: float) -> Look:
    """How alike the rows at `a` and `b` are, and whether they say the same."""
    from rapidfuzz import fuzz

    one, other = texts[a], texts[b]
    ratio = fuzz.ratio(one["folded"], other["folded"])
    if ratio < min_ratio:
        return Look(ratio, "unlike")
    return Look(ratio, _verdict(one, other, texts.rare))


def _verdict(one: dict[str, Any], other: dict[str, Any], rare: Container[str]) -> str:
    if one["context"] != other["context"]:
        return "other_context"
    strict = one["strict"] and other["strict"]
    part = not strict and is_part(one["said"], other["said"])
    if not _same_symbols(one, other, part):
        return "other_symbols"
    said = ("asked",) if part else ("asked", "told")
    if any(denials(one[name]) != denials(other[name]) for name in said):
        return "negated"
    if numbers_replaced(one["prompt"], other["prompt"]):
        return "other_number"
    asked = difference(one["prompt"], other["prompt"], rare)
    told = difference(one["answer"], other["answer"], rare)
    verdict = weigh(asked, told, strict, part)
    if verdict == "same" and (
        _renamed(asked, one["asked"], other["asked"])
        or (not part and _renamed(told, one["told"], other["told"]))
    ):
        return "other_name"
    return verdict


def is_part(one: list[str], other: list[str]) -> bool:
    """Whether the words of one text are the beginning or the end of the other's.

    The last word of what is cut short may be cut itself. What stands in front must not deny the
    rest; nothing but numbers is a list that goes on, and so may be a word or two.
    """
    short, long = sorted((one, other), key=len)
    n = len(short)
    if not n or n == len(long) or all(NUMBER.search(word) for word in short):
        return False
    begins = short[:-1] == long[: n - 1] and long[n - 1].startswith(short[-1])
    more = long[n:] if begins else long[:-n]
    if not begins and (short != long[-n:] or NEGATIONS & {*more}):
        return False
    return n >= PART or (len(more) > PART and not any(NUMBER.search(word) for word in more))


def _same_symbols(one: dict[str, Any], other: dict[str, Any], part: bool) -> bool:
    """Whether operators and currencies agree; in a long answer sentences may change places."""
    if one["asked_signs"] != other["asked_signs"]:
        return False
    here, there = one["told_signs"], other["told_signs"]
    if part or here == there:
        return True
    if min(len(one["said"]), len(other["said"])) < SENTENCES:
        return False
    signs = [(Counter(x), Counter(y)) for x, y in zip(here, there, strict=True)]
    return all((x <= y or y <= x) and abs(x.total() - y.total()) <= 1 for x, y in signs)


def _renamed(found: Difference, one: str, other: str) -> bool:
    """Whether one side has a name where the other has another; words alone have no capitals."""
    return has_name(found.left, one) and has_name(found.right, other)
