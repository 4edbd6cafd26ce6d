"""Take personal data out of conversations, and put tags in its place.

Hard identifiers (e-mail addresses, phone numbers, cards, accounts, addresses, secrets, ...) go
wherever they stand. A name goes when it is that of a private person, and then in every turn; see
`tasks.redact.policy`. In code only secrets and e-mail addresses go. One value has one tag all
through a conversation: its turns, the answer that lost, tool calls, tools and meta data.

A row is gone over until nothing more is found, so a second run changes nothing.

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

from tasks.base.cache import code_of, is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_edit
from tasks.base.table import SCHEMA, TEXT_COLUMNS
from tasks.redact import names
from tasks.redact.candidates import candidates
from tasks.redact.conversation import Names, Redacted, Scope, read, redact_row, stretches_of
from tasks.redact.params import RedactParams, scope_of
from tasks.redact.stock import find as find_stock
from tasks.redact.stock import rows as rows_of_stock

ENGINES = (*names.ENGINES, "phonenumbers", "regex", "tldextract")
ROUNDS = 6  # at most; the second nearly always finds nothing


def redact(rows: pl.LazyFrame, params: RedactParams, memo: RowMemo | None = None) -> Outcome:
    """Take personal data out of `rows`.

    Args:
        rows: Conversations.
        params: What is taken out.
        memo: What the model found in earlier runs.

    Returns:
        All rows in order, and `edit_entities`: JSON of how many values of each kind were taken
        out of a row, null where none. Figures: `by_type`, `names_kept` (names that the model saw
        and the policy leaves), `texts_read_by_model`.

    Raises:
        UsageError: Mode is hash and there is no key, or a recogniser is unknown.
    """
    if not params.enabled:
        return Outcome(rows.with_columns(edit_entities=pl.lit(None, pl.String)))
    scope = scope_of(params)
    table = rows.collect()
    texts = table.select(c for c in TEXT_COLUMNS if c in table.columns)
    stock = params.detector == "presidio"
    rule = pl.lit(value=True) if stock else candidates(texts.columns, scope)
    chosen = texts.with_row_index("at").filter(rule)
    # a Python loop: what a name means depends on the whole conversation around it
    run = rows_of_stock.redact_rows if stock else redact_rows
    done, reads = run(chosen.drop("at").to_dicts(), scope, memo)
    return Outcome(
        _put(table, chosen["at"], done).lazy(),
        {
            "by_type": dict(sorted(sum((r.counts for r in done), Counter()).items())),
            "names_kept": sum(r.kept for r in done),
            "texts_read_by_model": reads,
        },
    )


def _put(table: pl.DataFrame, at: pl.Series, done: Sequence[Redacted]) -> pl.DataFrame:
    """`table` with the rows that changed in their places."""
    columns = [c for c in TEXT_COLUMNS if c in table.columns]
    edited = [
        {"at": i, "edit_entities": json.dumps(dict(sorted(r.counts.items()))), **r.row}
        for i, r in zip(at.to_list(), done, strict=True)
        if r.counts
    ]
    schema = {"at": pl.UInt32, "edit_entities": pl.String} | {c: SCHEMA[c] for c in columns}
    after = pl.DataFrame(edited, schema=schema)
    joined = table.with_row_index("at").join(
        after, on="at", how="left", suffix="_after", maintain_order="left"
    )
    is_edited = pl.col("edit_entities").is_not_null()
    texts = [pl.when(is_edited).then(f"{c}_after").otherwise(c).alias(c) for c in columns]
    return joined.with_columns(texts).select(*table.columns, "edit_entities")


def redact_rows(
    rows: Sequence[dict[str, Any]], scope: Scope, memo: RowMemo | None = None
) -> tuple[list[Redacted], int]:
    """Redact each of `rows` until nothing changes; and count the texts that the model read."""
    done = [Redacted(row, Counter(), 0) for row in rows]
    todo, known, reads = list(range(len(rows))), Names(), 0
    for _ in range(ROUNDS):
        texts = {i: read(done[i].row, scope) for i in todo}
        stretches = {s for i in todo for text in texts[i] for s in stretches_of(text, scope)}
        found, unread = names.find_names(sorted(stretches - known.keys()), memo)
        known, reads = known | found, reads + unread
        after = {i: redact_row(done[i].row, texts[i], known, scope) for i in todo}
        todo = [i for i in todo if after[i].counts]
        for i, (row, counts, kept) in after.items():
            done[i] = Redacted(row, done[i].counts + counts, kept)
        if not todo:
            break
    return done, reads


@task(
    name="redact.pii", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def redact_pii(data: DatasetRef, params: RedactParams) -> StageResult:
    """Store `data` without its personal data."""
    reader = find_stock if params.detector == "presidio" else names
    memo = RowMemo(data.store, reader.MEMO, code_of(reader.__name__))
    return run_edit(data, partial(redact, memo=memo), params)
