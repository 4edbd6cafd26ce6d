"""Put the answers that people wrote in place of those that they found wanting.

The answer is the last turn; nothing else of a row is touched. People saw the text that the
redaction left, so this comes after it, and `publish.audit` reads what they wrote as it reads all.
"""

from functools import partial

import polars as pl
from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import run_edit
from tasks.review.decided import DecisionFile, decided, record
from tasks.review.params import DecideParams


def put_answers(
    rows: pl.LazyFrame, params: DecideParams, decisions: tuple[DecisionFile, ...] = ()
) -> pl.LazyFrame:
    """The rows with the answers that people wrote; `edit_review` says what was done to a row.

    Args:
        rows: Conversations. One that does not end with the assistant has no answer to replace.
        params: Whether it is done.
        decisions: Files of decisions.
    """
    known = decided(decisions if params.enabled else ()).filter(decision="edit")
    written = known.select("record", written="answer").lazy()
    joined = rows.with_columns(record()).join(
        written, on="record", how="left", maintain_order="left"
    )
    last = pl.col("messages").list.last()
    has_answer = last.struct.field("role") == "assistant"
    answer = pl.struct(
        last.struct.field("role"), pl.col("written").alias("content"), last.struct.field("extra")
    )
    before = pl.col("messages").list.head(pl.col("messages").list.len() - 1)
    is_edited = (pl.col("written").is_not_null() & has_answer).fill_null(value=False)
    return joined.with_columns(
        messages=pl.when(is_edited).then(pl.concat_list(before, answer)).otherwise("messages"),
        edit_review=pl.when(is_edited).then(pl.lit("answer")),
    ).drop("record", "written")


@task(
    name="review.edits", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def edit_answers(
    data: DatasetRef, params: DecideParams, decisions: tuple[DecisionFile, ...] = ()
) -> StageResult:
    """Store `data` with the answers that people wrote."""
    return run_edit(data, partial(put_answers, decisions=decisions), params)
