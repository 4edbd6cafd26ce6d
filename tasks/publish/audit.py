"""Look for personal data in what is about to be released, as if nobody had redacted it.

The audit reads every column that holds text with the rules of the redaction, and knows nothing of
what the redaction did. What it finds is a count for a gate, never a value. A text that an earlier
run read under the same settings is not read again.
"""

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, key_of, stage_key
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.memo import RowMemo
from tasks.redact.audit import residues
from tasks.redact.params import RedactParams
from tasks.redact.rules import HARD

MEMO = "publish.audit"


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
    hard = tuple(kind for kind in params.entities if kind in HARD)
    natural = params.mode == "surrogate"
    return residues(texts, entities=hard, keep=params.keep, surrogates=natural, memo=memo)


@task(
    name="publish.audit", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def audit_rows(data: DatasetRef, params: RedactParams) -> Audited:
    """What the audit finds in `data`."""
    memo = RowMemo(data.store, MEMO, key_of(audit_rows, {"params": params}))
    return Audited(found=count_residues(read_dataset(data).collect(), params, memo))
