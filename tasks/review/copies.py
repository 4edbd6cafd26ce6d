"""Drop rows of which people say that another row says the same.

They leave before copies are looked for, so that the row that they repeat is the one that stays.
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

REASONS = {"copy_by_review": "people say that another row says the same"}
MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)


def mark_copies(rows: pl.LazyFrame, params: DecideParams) -> pl.LazyFrame:
    """Mark every row that people call a copy, with the row that it repeats."""
    nothing = pl.lit(None, pl.String)
    if not params.enabled or DECIDED not in rows.collect_schema().names():
        return rows.with_columns(
            nothing.alias(DROP_REASON), drop_twin_of=nothing, drop_detail=nothing
        )
    leaves = (pl.col(DECIDED) == "drop") & pl.col(DECIDED_TWIN).is_not_null()
    return rows.with_columns(
        pl.when(leaves).then(pl.lit("copy_by_review")).alias(DROP_REASON),
        drop_twin_of=pl.when(leaves).then(DECIDED_TWIN),
        drop_detail=pl.when(leaves).then(DECIDED_DETAIL),
    )


@task(
    name="review.copies", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def drop_copies(data: DatasetRef, params: DecideParams) -> StageResult:
    """Store `data` without rows that people call copies of others."""
    return run_filter(data, mark_copies, params, MARKED)
