"""Look at a pair of similar rows: how alike they are, and what the guard says of them."""

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from tasks.dedup.guard.rules import is_structured, weigh
from tasks.dedup.guard.signs import Symbols, denials, symbols
from tasks.dedup.guard.wording import Difference, has_name

if TYPE_CHECKING:
    from tasks.dedup.guard.sieve import Apart  # compiled code

SENTENCES = 30  # words of an answer from which the order of operators, or one more, tells nothing

Named = Callable[[Iterable[str]], bool]
"""Whether one of some words is a name."""


class Look(NamedTuple):
    """RapidFuzz's similarity of two texts in percent, and the verdict over them."""

    ratio: float
    verdict: str


class Row(NamedTuple):
    """What the guard needs to know of a row beside its words."""

    place: int
    folded: str
    context: str | int
    names: tuple[Named, Named]  # of prompt and answer
    asked_signs: Symbols
    told_signs: Symbols
    denials: tuple[int, int]  # of prompt and answer
    strict: bool


class Texts:
    """Rows, each read once, when it is first asked for."""

    def __init__(self, listed: pl.DataFrame, apart: "Apart") -> None:
        """Read rows of `listed` with the columns folded, context, asked, told; `apart` has more."""
        from rapidfuzz import fuzz

        self.ratio = fuzz.ratio
        self.listed = listed.select("folded", "context", "asked", "told")
        self.apart = apart
        self.known: dict[int, Row] = {}

    def __getitem__(self, place: int) -> Row:
        """What there is to know of the row at `place`."""
        found = self.known.get(place)
        if found is None:
            found = self.known[place] = self._read(place)
        return found

    def _read(self, place: int) -> Row:
        folded, context, asked, told = self.listed.row(place)
        no = denials(asked), denials(told)
        signs = symbols(asked), symbols(told)
        names = partial(has_name, text=asked), partial(has_name, text=told)
        return Row(place, folded, context, names, *signs, no, is_structured(told))


def look(texts: Texts, a: int, b: int, min_ratio: float) -> Look:
    """How alike the rows at `a` and `b` are, and whether they say the same.

    The sieve (`tasks.dedup.guard.sieve`) has let the pair through.
    """
    one, other = texts[a], texts[b]
    ratio = texts.ratio(one.folded, other.folded)
    if ratio < min_ratio:
        return Look(ratio, "unlike")
    return Look(ratio, verdict(one, other, texts.apart))


def verdict(one: Row, other: Row, apart: "Apart") -> str:
    """What the guard says of two rows that the sieve let through."""
    if one.context != other.context:
        return "other_context"
    strict = one.strict and other.strict
    part = not strict and apart.is_part(one.place, other.place)
    if not _same_symbols(one, other, part, apart):
        return "other_symbols"
    both = slice(1 if part else 2)
    if one.denials[both] != other.denials[both]:
        return "negated"
    asked, told = apart(one.place, other.place)
    said = weigh(asked, told, strict, part)
    if said == "same" and (
        _renamed(asked, one.names[0], other.names[0])
        or (not part and _renamed(told, one.names[1], other.names[1]))
    ):
        return "other_name"
    return said


def _same_symbols(one: Row, other: Row, part: bool, apart: "Apart") -> bool:
    """Whether operators and currencies agree; in a long answer sentences may change places."""
    if one.asked_signs != other.asked_signs:
        return False
    here, there = one.told_signs, other.told_signs
    if part or here == there:
        return True
    if apart.shorter_answer(one.place, other.place) < SENTENCES:
        return False
    signs = [(Counter(x), Counter(y)) for x, y in zip(here, there, strict=True)]
    return all((x <= y or y <= x) and abs(x.total() - y.total()) <= 1 for x, y in signs)


def _renamed(found: Difference, one: Named, other: Named) -> bool:
    """Whether one side has a name where the other has another; words alone have no capitals."""
    return one(found.left) and other(found.right)
