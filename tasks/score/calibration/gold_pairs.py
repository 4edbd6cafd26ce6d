"""Records of a gold file as pairs: two answers to one prompt, and which people find better."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import polars as pl

from tasks.base.table import SCHEMA
from tasks.ingest.drafts import Draft
from tasks.ingest.fields import Fields
from tasks.ingest.preferences import read_preference
from tasks.ingest.records import RecordError
from tasks.score.calibration.labels import (
    FIRST,
    Labelled,
    Record,
    check_preferences,
    fault_of,
    preference,
)

Sides = tuple[str, str]
CHOSEN: Sides = ("chosen", "rejected")

_STEMS = ("response", "answer", "output", "completion", "text", "")
_ENDS = (("1", "2"), ("_1", "_2"), ("a", "b"), ("_a", "_b"))
SIDES: tuple[Sides, ...] = (
    *((stem + one, stem + other) for stem in _STEMS for one, other in _ENDS if stem or one == "a"),
    CHOSEN,
)
"""Columns that hold the two answers."""

WRITERS: tuple[Sides, ...] = (
    ("model_a", "model_b"), ("model_1", "model_2"), ("model1", "model2"),
    ("first_by", "second_by"), ("chosen_model", "rejected_model"),
)  # fmt: skip
"""Columns that say which model wrote them; PandaLM has both in `cmp_key`, an underscore between."""


class Pair(NamedTuple):
    """One pair."""

    id: str
    prompt: str
    first: str
    second: str
    first_by: str | None
    second_by: str | None


PAIR = pl.Schema(dict.fromkeys(Pair._fields, pl.String))


def find_sides(fields: Sequence[str]) -> Sides | None:
    """The columns of the two answers; None where there are no such two."""
    return next((sides for sides in SIDES if set(sides) <= set(fields)), None)


def read_pairs(
    records: list[Record], columns: list[str], sides: Sides, faults: Counter[str]
) -> Labelled:
    """The pairs among `records`; what is none is counted in `faults`.

    Where the columns themselves say who won (chosen, rejected) half the pairs are turned round,
    by the hash of their texts: were the winner always first, agreement by chance would be total.
    """
    check_preferences(record.get(column) for record in records for column in columns)
    pairs, labels = [], []
    for record in records:  # a loop, for records are objects of any shape
        given = [preference(record.get(column), sides) for column in columns] or [FIRST]
        made = fault_of(given) or _pair(record, columns, sides)
        if isinstance(made, str):
            faults[made] += 1
            continue
        turn = not columns and int(made.id[-1], 16) % 2 == 1
        pairs.append(_turned(made) if turn else made)
        labels.append([1 - label for label in given] if turn else given)
    items = pl.DataFrame(pairs, schema=PAIR, orient="row")
    return Labelled(items, labels, items["prompt"].to_list())


def as_rows(pairs: pl.DataFrame, answer: str, lost: str | None = None) -> pl.DataFrame:
    """Pairs as rows of the table.

    Args:
        pairs: Columns of `PAIR`.
        answer: Column of the answer: first or second.
        lost: Column of the answer that it is preferred to, of preference rows.
    """

    def turn(role: str, column: str) -> pl.Expr:
        return pl.struct(role=pl.lit(role), content=pl.col(column), extra=pl.lit(None, pl.String))

    rejected = pl.concat_list(turn("assistant", lost)) if lost else pl.lit(None)
    return pairs.select(
        id="id", source=pl.lit("gold"), source_row=None,
        messages=pl.concat_list(turn("user", "prompt"), turn("assistant", answer)),
        rejected=rejected, tools=None, origin=pl.lit("human"), parent=None, meta=None,
    ).cast(SCHEMA)  # fmt: skip


def _pair(record: Record, columns: list[str], sides: Sides) -> Pair | str:
    """The pair in `record`, or the reason why there is none."""
    left = {k: v for k, v in record.items() if k not in (*columns, *sides)}
    fields = Fields({**left, **dict(zip(CHOSEN, (record.get(s) for s in sides), strict=True))})
    try:
        draft = read_preference(fields)
    except RecordError as error:
        return error.fault.reason
    if draft is None or not draft.rejected:
        return "missing_answer"
    prompt, first, second = _asked(draft), draft.turns[-1].content, draft.rejected[-1].content
    if first.strip() == second.strip():
        return "same_answers"
    blob = "\0".join((prompt, first, second)).encode()
    return Pair(hashlib.sha256(blob).hexdigest()[:16], prompt, first, second, *_writers(record))


def _asked(draft: Draft) -> str:
    """All turns but the answer; who spoke is said where there is more than one."""
    turns = draft.turns[:-1]
    if len(turns) == 1:
        return turns[0].content
    return "\n\n".join(f"{turn.role}: {turn.content}" for turn in turns)


def _writers(record: Record) -> tuple[str | None, str | None]:
    for one, other in WRITERS:
        if record.get(one) and record.get(other):
            return str(record[one]), str(record[other])
    both = str(record.get("cmp_key") or "").split("_")
    return (both[0], both[1]) if len(both) == 2 else (None, None)


def _turned(pair: Pair) -> Pair:
    return pair._replace(
        first=pair.second, second=pair.first, first_by=pair.second_by, second_by=pair.first_by
    )
