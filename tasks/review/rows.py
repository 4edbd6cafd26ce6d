"""Drop rows that people rejected.

They leave after the copies: a row of which a near copy was dropped takes the whole family with it,
and what people rejected does not come back in other words.
"""

import pandera.polars as pa
import polars as pl
from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DECIDED, DECIDED_DETAIL, DECIDED_TWIN, DROP_REASON, marks
from tasks.review.params import DecideParams

REASONS = {"rejected_by_review": "people want the row out of the set"}
MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})


def mark_rejected(rows: pl.LazyFrame, params: DecideParams) -> pl.LazyFrame:
    """Mark every row that people want dropped, with by how many and why."""
    nothing = pl.lit(None, pl.String)
    if not params.enabled or DECIDED not in rows.collect_schema().names():
        return rows.with_columns(nothing.alias(DROP_REASON), drop_detail=nothing)
    leaves = (pl.col(DECIDED) == "drop") & pl.col(DECIDED_TWIN).is_null()
    return rows.with_columns(
        pl.when(leaves).then(pl.lit("rejected_by_review")).alias(DROP_REASON),
        drop_detail=pl.when(leaves).then(DECIDED_DETAIL),
    )


@task(
    name="review.rows", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def drop_rejected(data: DatasetRef, params: DecideParams) -> StageResult:
    """Store `data` without the rows that people rejected."""
    return run_filter(data, mark_rejected, params, MARKED)
