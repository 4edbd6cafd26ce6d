"""Take personal data out of conversations, and put tags or stand-ins in its place.

Hard identifiers (e-mail addresses, phone numbers, cards, accounts, addresses, secrets, ...) go
wherever they stand. A name goes when it is that of a private person, and then in every turn; see
`tasks.redact.policy`. In code only secrets and e-mail addresses go. One value has one tag or one
stand-in all through a conversation: its turns, the answer that lost, tool calls, tools and meta
data.

A row that an earlier run redacted in the same way is not read again (`tasks.redact.remembered`).

With `redact.detector=presidio` goes what stock Presidio finds, no more and no less; see
`tasks.redact.stock`.
"""

import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import polars as pl
from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_edit
from tasks.base.table import SCHEMA, TEXT_COLUMNS
from tasks.redact import names
from tasks.redact.audit import hard_memo, note_clean
from tasks.redact.candidates import candidates
from tasks.redact.conversation import Redacted
from tasks.redact.kept import kept_places
from tasks.redact.leaks import leaks
from tasks.redact.params import RedactParams, scope_of, vault_of
from tasks.redact.remembered import (
    UNTOUCHED,
    Done,
    Memory,
    keys_of,
    recall,
    remember,
    row_memo,
)
from tasks.redact.rounds import redact_rows
from tasks.redact.stock import find as find_stock
from tasks.redact.stock import rows as rows_of_stock
from tasks.redact.vault import Vault

ENGINES = (*names.ENGINES, "phonenumbers", "regex", "tldextract")
NOTES = ("edit_entities", "edit_leaked")
OF_THE_RUN = ("rows_read", "texts_read_by_model")
"""Figures that depend on what earlier runs remember."""


def redact(rows: pl.LazyFrame, params: RedactParams, memory: Memory | None = None) -> Outcome:
    """Take personal data out of `rows`.

    Args:
        rows: Conversations; stand-ins follow from their `id`, but not from which copy it is.
        params: What is taken out.
        memory: What was found in earlier runs.

    Returns:
        All rows in order, and `edit_entities`: JSON of how many values of each kind were taken
        out of a row, null where none; `edit_leaked`: JSON of how many of these values still stand
        in it; with `params.map` also `edit_map`, the locked pairs of value and stand-in. Evidence:
        where the policy leaves names that the model saw, and why. Figures: `by_type`, `names_kept`
        and `kept_because`, `characters` (searched), `rows_read`, `texts_read_by_model`.

    Raises:
        UsageError: Mode or map need a key and there is none, or a recogniser is unknown.
    """
    if not params.enabled:
        return Outcome(rows.with_columns(pl.lit(None, pl.String).alias(name) for name in NOTES))
    table = rows.collect().drop(NOTES, strict=False)  # of an earlier pass
    texts = table.select(c for c in ("id", *TEXT_COLUMNS) if c in table.columns)
    done, read, reads = made_of(texts, params, memory)
    return Outcome(
        _put(table, done, bool(params.map)).lazy(),
        {
            "by_type": dict(sorted(sum((_counts(o) for o in done if o.notes), Counter()).items())),
            "names_kept": sum(len(one.whys) for one in done),
            "kept_because": dict(sorted(Counter(k.why for one in done for k in one.whys).items())),
            "characters": _characters(texts.drop("id", strict=False)),
            "rows_read": read,
            "texts_read_by_model": reads,
        },
        kept_places(table["id"].to_list(), [one.whys for one in done]),
    )


def made_of(
    texts: pl.DataFrame, params: RedactParams, memory: Memory | None = None
) -> tuple[list[Done], int, int]:
    """What comes of each row, how many were read for that, and how many texts by the model.

    Args:
        texts: The columns that hold text, and `id`.
        params: What is taken out.
        memory: What was found in earlier runs.
    """
    from_id = params.mode == "surrogate" or params.map
    keys = keys_of(texts if from_id else texts.drop("id", strict=False))
    seen = memory or Memory()
    known = recall(keys, seen.rows)
    new = (
        texts.with_columns(key=keys)
        .filter(~keys.is_in(list(known)))
        .unique("key", keep="first", maintain_order=True)
    )
    made, reads = _new(new.drop("key"), params, seen)
    fresh = dict(zip(new["key"], made, strict=True))
    remember(fresh, seen.rows)
    found = known | fresh
    return [found[key] for key in keys], new.height, reads


def _new(texts: pl.DataFrame, params: RedactParams, memory: Memory) -> tuple[list[Done], int]:
    """What comes of rows that no earlier run read, and how many texts the model read."""
    scope, vault = scope_of(params), vault_of(params)
    stock = params.detector == "presidio"
    rule = (
        pl.lit(value=True) if stock else candidates(texts.drop("id", strict=False).columns, scope)
    )
    chosen = texts.with_row_index("at").filter(rule)
    # a Python loop: what a name means depends on the whole conversation around it
    rows, clean = chosen.drop("at").to_dicts(), set[str]()
    if stock:
        after, reads = rows_of_stock.redact_rows(rows, scope, memory.names)
    else:
        after, reads = redact_rows(rows, scope, memory.names, clean)
    note_clean(clean, memory.hard)
    done = [UNTOUCHED] * texts.height
    for at, one in zip(chosen["at"], after, strict=True):
        done[at] = _done(one, vault)
    return done, reads


def _done(after: Redacted, vault: Vault | None) -> Done:
    if not after.counts:
        return Done(whys=after.whys)
    texts = {name: value for name, value in after.row.items() if name != "id"}
    return Done(texts, _notes(after, vault), after.whys)


def _counts(done: Done) -> Counter[str]:
    return Counter(json.loads(done.notes["edit_entities"]))


def _characters(texts: pl.DataFrame) -> int:
    """Characters in all of `texts`."""
    turn = pl.element().struct
    parts = turn.field("content").str.len_chars() + turn.field("extra").str.len_chars().fill_null(0)
    sizes = [
        pl.col(c).list.eval(parts).list.sum() if c in ("messages", "rejected") else
        pl.col(c).str.len_chars()
        for c in texts.columns
    ]  # fmt: skip
    return int(texts.select(pl.sum_horizontal(size.sum() for size in sizes)).item() or 0)


def _put(table: pl.DataFrame, done: Sequence[Done], mapped: bool) -> pl.DataFrame:
    """`table` with the rows that changed in their places."""
    columns = [c for c in TEXT_COLUMNS if c in table.columns]
    edited = [{"at": at, **one.notes, **one.texts} for at, one in enumerate(done) if one.texts]
    notes = [*NOTES, *(["edit_map"] if mapped else [])]
    schema: dict[str, Any] = {
        "at": pl.UInt32,
        **dict.fromkeys(notes, pl.String),
        **{c: SCHEMA[c] for c in columns},
    }
    after = pl.DataFrame([{k: row[k] for k in schema} for row in edited], schema=schema)
    joined = table.with_row_index("at").join(
        after, on="at", how="left", suffix="_after", maintain_order="left"
    )
    is_edited = pl.col("edit_entities").is_not_null()
    texts = [pl.when(is_edited).then(f"{c}_after").otherwise(c).alias(c) for c in columns]
    return joined.with_columns(texts).select(*table.columns, *notes)


def _notes(done: Redacted, vault: Vault | None) -> dict[str, str]:
    """What is said of an edited row."""
    said = {"edit_entities": _counted(done.counts)}
    said["edit_leaked"] = _counted(leaks(done.row, done.pairs))
    if vault:
        said["edit_map"] = vault.lock(done.row["id"], done.pairs)
    return said


def _counted(counts: Counter[str]) -> str:
    return json.dumps(dict(sorted(counts.items())))


@task(
    name="redact.pii", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def redact_pii(data: DatasetRef, params: RedactParams) -> StageResult:
    """Store `data` without its personal data."""
    reader = find_stock if params.detector == "presidio" else names
    names_seen = reader.memory(data.store)
    hard = hard_memo(data.store, params)
    memory = Memory(names_seen, row_memo(data.store, redact_pii, params), hard)
    return run_edit(data, partial(redact, memory=memory), params)
