"""Names that the policy leaves, and why, so that a report can show what it decided.

A name is noted where the model was asked at all, which is in sentences with a cue or a hard
identifier. Only the place is noted, never the name.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from tasks.redact.code import code_spans
from tasks.redact.places import Place
from tasks.redact.policy import is_figure
from tasks.redact.rules import masks

WHYS = {
    "figure": "a public or fictional figure",
    "no_cue": "nothing beside it speaks of a private person",
    "in_code": "it stands in code, or in a mask",
    "kept": "redact.keep names it",
}
"""Reason -> in words."""


class Kept(NamedTuple):
    """A name that stays."""

    why: str  # one of `WHYS`
    text: int  # which text of the row, in the order of `fields.texts_of`
    start: int  # in that text
    end: int


def kept_names(
    texts: Sequence[str],
    noted: Sequence[Iterable[Place]],
    gone: Iterable[str],
    keep: frozenset[str] = frozenset(),
) -> list[Kept]:
    """Each name once, where it first stands.

    Args:
        texts: The texts of a row.
        noted: Where names were seen in each of them.
        gone: Names that are taken out.
        keep: Values, case folded, that the user keeps.
    """
    taken = {name.casefold() for name in gone}
    found: dict[str, Kept] = {}
    for i, (text, places) in enumerate(zip(texts, noted, strict=True)):
        for start, end in sorted(places):
            name = text[start:end].casefold()
            if name not in taken and name not in found:
                found[name] = Kept(_why(text, (start, end), keep), i, start, end)
    return list(found.values())


def kept_places(ids: Sequence[str], whys: Sequence[Sequence[Kept]]) -> pl.DataFrame:
    """A line for each row and reason that a name is kept for: where the first one stands."""
    lines = [
        (i, one.why, one.text, one.start, one.end)
        for i, kept in zip(ids, whys, strict=True)
        for one in {one.why: one for one in reversed(kept)}.values()
    ]
    schema = {"id": pl.String, "why": pl.String} | dict.fromkeys(Kept._fields[1:], pl.Int64)
    return pl.DataFrame(lines, schema=schema, orient="row").sort("id", "why")


def _why(text: str, place: Place, keep: frozenset[str]) -> str:
    start, end = place
    if text[start:end].casefold() in keep:
        return "kept"
    if is_figure(text[start:end]):
        return "figure"
    hidden = [*code_spans(text), *masks(text)]
    return "in_code" if any(start < b and a < end for a, b in hidden) else "no_cue"
