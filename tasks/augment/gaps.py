"""What a set has little of: thin topics, a level of difficulty, a form of answer."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import polars as pl
from pydantic import JsonValue

FORMS = {
    "code": "a piece of code",
    "json": "JSON",
    "table": "a table",
    "list": "a list, one item a line",
    "number": "a number",
    "label": "one to five words",
    "paragraph": "a paragraph of a few sentences",
    "essay": "several paragraphs",
}
"""Form of an answer, and how one asks for it."""

ASK_LEVEL = {
    "easy": "that a person who knows a little of the field can answer at once",
    "middling": "that takes some thought or knowledge of the field",
    "hard": "that takes several steps of thought, or holds several conditions at once",
}
_LIST = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s", re.MULTILINE)


class Gap(NamedTuple):
    """What one new row should be like."""

    topic: str
    level: str
    form: str


def form_of(answer: str) -> str:
    """The form of an answer: one of `FORMS`."""
    text, words = answer.strip(), len(answer.split())
    if "```" in text and "```json" not in text:
        return "code"
    if (text[:1] in ("{", "[") and text[-1:] in ("}", "]")) or "```json" in text:
        return "json"
    if sum(line.count("|") >= 2 for line in text.split("\n")) >= 2:
        return "table"
    if len(_LIST.findall(text)) >= 2:
        return "list"
    if re.fullmatch(r"[-+$€£]?\d[\d,.\s]*%?", text):
        return "number"
    if words <= 5:
        return "label"
    return "paragraph" if words <= 120 else "essay"


def gaps(rows: pl.DataFrame, wanted: int) -> Iterator[Gap]:
    """What the next `wanted` rows should be like, each filling what is thinnest by then.

    Only topics, levels and forms that the set has at all are asked for: what people never wrote
    is not a gap, but another set.

    Args:
        rows: Columns topic, level and form of the rows that there are.
        wanted: How many.
    """
    counts = {name: Counter(rows[name].to_list()) for name in Gap._fields}
    for _ in range(wanted if rows.height else 0):
        thin = Gap(*(_thinnest(counts[name]) for name in Gap._fields))
        for name, value in zip(Gap._fields, thin, strict=True):
            counts[name][value] += 1
        yield thin


def _thinnest(count: Counter[str]) -> str:
    return min(sorted(count), key=lambda name: count[name])


def spread(values: Sequence[str]) -> dict[str, JsonValue]:
    """Rows of each kind, for the report."""
    found: dict[str, JsonValue] = {}
    found.update(sorted(Counter(values).items()))
    return found
