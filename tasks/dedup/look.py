"""Look at a pair of similar rows: how alike they are, and what the guard says of them."""

from typing import Any, NamedTuple

import polars as pl

from tasks.dedup.guard import is_structured, judge
from tasks.dedup.wording import counted, difference, has_name, symbols


class Pair(NamedTuple):
    """Two rows by their places, and the verdict over them."""

    a: int
    b: int
    jaccard: float
    ratio: float
    verdict: str


class Texts:
    """What the guard needs to know of each row, found out once."""

    def __init__(self, listed: pl.DataFrame, places: set[int]) -> None:
        wanted = sorted(places)
        columns = ("text", "asked", "told", "context", "prompt", "answer")
        rows = listed.select(columns)[wanted].iter_rows(named=True)
        self.rows = {place: self._read(row) for place, row in zip(wanted, rows, strict=True)}

    @staticmethod
    def _read(row: dict[str, Any]) -> dict[str, Any]:
        counts = {name: counted(row[name]) for name in ("prompt", "answer")}
        return {
            **row, **counts, "symbols": symbols(row["text"]), "strict": is_structured(row["told"])
        }  # fmt: skip


def look(texts: Texts, found: tuple[Any, ...], min_ratio: float) -> Pair:
    """A pair that was found (a, b, jaccard) with RapidFuzz's ratio and the guard's verdict."""
    from rapidfuzz import fuzz

    a, b, jaccard = found
    one, other = texts.rows[a], texts.rows[b]
    ratio = fuzz.ratio(one["text"], other["text"])
    if ratio < min_ratio:
        return Pair(a, b, jaccard, ratio, "unlike")
    if one["context"] != other["context"]:
        return Pair(a, b, jaccard, ratio, "other_context")
    if one["symbols"] != other["symbols"]:
        return Pair(a, b, jaccard, ratio, "other_symbols")
    strict = one["strict"] and other["strict"]
    verdict = judge((one["prompt"], other["prompt"]), (one["answer"], other["answer"]), strict)
    if verdict == "same" and (_renamed(one, other, "prompt") or _renamed(one, other, "answer")):
        verdict = "other_name"
    return Pair(a, b, jaccard, ratio, verdict)


def _renamed(one: dict[str, Any], other: dict[str, Any], part: str) -> bool:
    """Whether one side has a name where the other has another; words alone have no capitals."""
    found = difference(one[part], other[part])
    raw = {"prompt": "asked", "answer": "told"}[part]
    return has_name(found.left, one[raw]) and has_name(found.right, other[raw])
