"""Take personal data out of conversations, and put tags or stand-ins in its place.

Hard identifiers (e-mail addresses, phone numbers, cards, accounts, addresses, secrets, ...) go
wherever they stand. A name goes when it is that of a private person, and then in every turn; see
`tasks.redact.policy`. In code only secrets and e-mail addresses go. One value has one tag or one
stand-in all through a conversation: its turns, the answer that lost, tool calls, tools and meta
data.

A row is gone over until nothing more is found, so a second run changes nothing. Stand-ins look
like what they stand for and are found again, but each can be told from itself: by names from a
closed list, by ranges that nobody is given, and by a seal (`tasks.redact.standin.draw`).

With `redact.detector=presidio` goes what stock Presidio finds, no more and no less; see
`tasks.redact.stock`.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import polars as pl
from prefect import task

from tasks.base.cache import code_of, is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_edit
from tasks.base.table import SCHEMA, TEXT_COLUMNS
from tasks.redact import names
from tasks.redact.candidates import candidates
from tasks.redact.conversation import Names, Redacted, Scope, read, redact_row, stretches_of
from tasks.redact.kept import kept_places
from tasks.redact.leaks import leaks
from tasks.redact.params import RedactParams, scope_of, vault_of
from tasks.redact.standin.book import SurrogateBook
from tasks.redact.stock import find as find_stock
from tasks.redact.stock import rows as rows_of_stock
from tasks.redact.vault import Vault

ENGINES = (*names.ENGINES, "phonenumbers", "regex", "tldextract")
NOTES = ("edit_entities", "edit_leaked")
ROUNDS = 6  # at most; the second nearly always finds nothing
NATURAL = 3  # rounds that put stand-ins; if there is still something to find, tags end it


def redact(rows: pl.LazyFrame, params: RedactParams, memo: RowMemo | None = None) -> Outcome:
    """Take personal data out of `rows`.

    Args:
        rows: Conversations; stand-ins follow from their `id`, but not from which copy it is.
        params: What is taken out.
        memo: What the model found in earlier runs.

    Returns:
        All rows in order, and `edit_entities`: JSON of how many values of each kind were taken
        out of a row, null where none; `edit_leaked`: JSON of how many of these values still stand
        in it; with `params.map` also `edit_map`, the locked pairs of value and stand-in. Evidence:
        where the policy leaves names that the model saw, and why. Figures: `by_type`, `names_kept`
        and `kept_because`, `characters` (searched), `texts_read_by_model`.

    Raises:
        UsageError: Mode or map need a key and there is none, or a recogniser is unknown.
    """
    if not params.enabled:
        return Outcome(rows.with_columns(pl.lit(None, pl.String).alias(name) for name in NOTES))
    scope, vault = scope_of(params), vault_of(params)
    table = rows.collect().drop(NOTES, strict=False)  # of an earlier pass
    texts = table.select(c for c in ("id", *TEXT_COLUMNS) if c in table.columns)
    stock = params.detector == "presidio"
    columns = [c for c in texts.columns if c != "id"]
    rule = pl.lit(value=True) if stock else candidates(columns, scope)
    chosen = texts.with_row_index("at").filter(rule)
    # a Python loop: what a name means depends on the whole conversation around it
    run = rows_of_stock.redact_rows if stock else redact_rows
    done, reads = run(chosen.drop("at").to_dicts(), scope, memo)
    return Outcome(
        _put(table, chosen["at"], done, vault).lazy(),
        {
            "by_type": dict(sorted(sum((r.counts for r in done), Counter()).items())),
            "names_kept": sum(r.kept for r in done),
            "kept_because": dict(sorted(Counter(k.why for r in done for k in r.whys).items())),
            "characters": _characters(texts.drop("id", strict=False)),
            "texts_read_by_model": reads,
        },
        kept_places(table["id"].gather(chosen["at"]).to_list(), [r.whys for r in done]),
    )


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


def _put(
    table: pl.DataFrame, at: pl.Series, done: Sequence[Redacted], vault: Vault | None
) -> pl.DataFrame:
    """`table` with the rows that changed in their places."""
    columns = [c for c in TEXT_COLUMNS if c in table.columns]
    edited = [
        {"at": i, **_notes(r, vault), **r.row}
        for i, r in zip(at.to_list(), done, strict=True)
        if r.counts
    ]
    notes = [*NOTES, *(["edit_map"] if vault else [])]
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


def redact_rows(
    rows: Sequence[dict[str, Any]], scope: Scope, memo: RowMemo | None = None
) -> tuple[list[Redacted], int]:
    """Redact each of `rows` until nothing changes; and count the texts that the model read."""
    done = [Redacted(row, Counter(), 0, _book(row, scope)) for row in rows]
    todo, known, reads = list(range(len(rows))), Names(), 0
    for turn in range(ROUNDS):
        texts = {i: read(done[i].row, scope) for i in todo}
        stretches = {s for i in todo for text in texts[i] for s in stretches_of(text, scope)}
        found, unread = names.find_names(sorted(stretches - known.keys()), memo)
        known, reads = known | found, reads + unread
        after = {i: redact_row(done[i], texts[i], known, scope) for i in todo}
        todo = [i for i in todo if after[i].counts]
        for i, one in after.items():
            done[i] = one._replace(counts=done[i].counts + one.counts)
        if turn == NATURAL - 1:
            _close(done[i].book for i in todo)
        if not todo:
            break
    return done, reads


def _book(row: dict[str, Any], scope: Scope) -> SurrogateBook | None:
    if scope.surrogate is None:
        return None
    content, _, _copy = str(row.get("id", "")).rpartition("-")
    return SurrogateBook(scope.surrogate, content or str(row.get("id", "")))


def _close(books: Iterable[SurrogateBook | None]) -> None:
    for book in books:
        if book:
            book.closed = True


@task(
    name="redact.pii", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def redact_pii(data: DatasetRef, params: RedactParams) -> StageResult:
    """Store `data` without its personal data."""
    reader = find_stock if params.detector == "presidio" else names
    memo = RowMemo(data.store, reader.MEMO, code_of(reader.__name__))
    return run_edit(data, partial(redact, memo=memo), params)
