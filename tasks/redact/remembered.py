"""What redaction made of a row, and the memo of it: a row that was redacted is not read again.

Redaction judges a row by nothing but its texts and the settings, and stand-ins and locked maps
follow from its id besides. So a later night, which brings the same rows and a few new ones, reads
the new ones alone. The memo holds what came out, never a value that was taken out.
"""

import json
from typing import Any, NamedTuple

import polars as pl

from tasks.base.cache import key_of
from tasks.base.memo import SCHEMA, RowMemo, hash_of
from tasks.redact.kept import Kept
from tasks.redact.params import RedactParams

MEMO = "redact.rows"


class Done(NamedTuple):
    """What redaction made of a row."""

    texts: dict[str, Any] | None = None  # its text columns, where they changed
    notes: dict[str, str] = {}  # noqa: RUF012 (of a tuple, and never filled); `edit_*` columns
    whys: tuple[Kept, ...] = ()  # names that stay


UNTOUCHED = Done()


class Memory(NamedTuple):
    """What redaction remembers of earlier runs."""

    names: RowMemo | None = None  # what the model saw, by text
    rows: RowMemo | None = None  # what came of whole rows
    hard: RowMemo | None = None  # hard identifiers by text, which the audit reads


def row_memo(store: str, stage: Any, params: RedactParams) -> RowMemo:  # noqa: ANN401 (a task)
    """The memo of rows that `stage` redacted under `params`, with the code and the keys of now."""
    return RowMemo(store, MEMO, key_of(stage, {"params": params}))


def keys_of(rows: pl.DataFrame) -> pl.Series:
    """A key for each of `rows`, of all their columns."""
    lines = rows.select(pl.struct(rows.columns).struct.json_encode()).to_series()
    keys = [hash_of(line.encode()) for line in lines]
    return pl.Series("key", keys, dtype=SCHEMA["key"])


def recall(keys: pl.Series, memo: RowMemo | None) -> dict[int, Done]:
    """What earlier runs made of rows with these `keys`."""
    if memo is None:
        return {}
    return {key: _read(value) for key, value in memo.recall(keys).iter_rows()}


def remember(done: dict[int, Done], memo: RowMemo | None) -> None:
    """Keep what this run made of rows, by their keys."""
    if memo is None:
        return
    lines = [(key, None if one == UNTOUCHED else json.dumps(one)) for key, one in done.items()]
    memo.remember(pl.DataFrame(lines, schema=SCHEMA, orient="row"))


def _read(value: str | None) -> Done:
    if value is None:
        return UNTOUCHED
    texts, notes, whys = json.loads(value)
    return Done(texts, notes, tuple(Kept(*why) for why in whys))
