"""Look for personal data in what is about to be released, as if nobody had redacted it.

The audit reads every column that holds text with the rules of the redaction, and knows nothing of
what the redaction did. What it finds is a count for a gate, never a value. A text that was read
under the same settings, by an earlier run or by the redaction, which looks with the same rules, is
not read again: what the audit reads is every text that is not, letter for letter, one of those.
"""

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.memo import RowMemo
from tasks.redact.audit import hard_memo, residues, settings_of
from tasks.redact.params import RedactParams


class Audited(BaseModel, frozen=True):
    """What was found in one part."""

    found: dict[str, int]  # kind of personal data -> pieces


def count_residues(
    rows: pl.DataFrame, params: RedactParams, memo: RowMemo | None = None
) -> dict[str, int]:
    """Pieces of personal data by kind, of the kinds that `params` ask to take out."""
    field = pl.element().struct.field
    columns = [
        rows[column].list.eval(field(name)).explode().drop_nulls()
        for column in ("messages", "rejected")
        for name in ("content", "extra")
    ] + [rows["tools"].drop_nulls(), rows["meta"].drop_nulls()]
    texts = pl.concat(columns).unique(maintain_order=True).to_list()
    return residues(texts, memo=memo, **settings_of(params))


@task(
    name="publish.audit", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def audit_rows(data: DatasetRef, params: RedactParams) -> Audited:
    """What the audit finds in `data`."""
    memo = hard_memo(data.store, params)
    return Audited(found=count_residues(read_dataset(data).collect(), params, memo))
