"""Do with contradictions what was decided: keep them, keep one, drop all, or send them to people.

Families are those that `tasks.dedup.conflict` named in `score_conflict`. By default all of their
rows stay, for nobody but a person or a judge can tell which answer is right. Rows that are sent
to review leave the set, and stand in `review.jsonl` with the name of their family.
"""

from typing import Literal

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.dedup.compare import PreferParams, preference

FAMILY = "score_conflict"
REASONS = {
    "contradiction": "another row asks the same and answers differently",
    "sent_to_review": "another row asks the same and answers differently; people shall decide",
}
MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)


class SettleParams(PreferParams):
    """What becomes of rows that contradict each other."""

    enabled: bool = Field(default=True, title="Run", description="Run this stage.")
    policy: Literal["keep", "prefer", "drop", "review"] = Field(
        default="keep", title="Contradictions",
        description="keep: all stay, and are reported; prefer: of each family the row named by "
        "`prefer`; drop: none; review: none, and they stand in review.jsonl for people.",
    )  # fmt: skip


def mark_conflicts(rows: pl.LazyFrame, params: SettleParams) -> pl.LazyFrame:
    """Mark the rows of families of contradictions by the policy."""
    nothing = pl.lit(None, pl.String)
    if not params.enabled or params.policy == "keep" or FAMILY not in rows.collect_schema().names():
        return rows.with_columns(
            nothing.alias(DROP_REASON), drop_twin_of=nothing, drop_detail=nothing
        )
    order = pl.struct(*preference(params).values())
    best = pl.col("id").sort_by(order).first().over(FAMILY)
    size = pl.len().over(FAMILY)
    leaves = pl.col(FAMILY).is_not_null() & (size > 1)
    twin = nothing
    if params.policy == "prefer":
        leaves &= pl.col("id") != best
        twin = best
    reason = "sent_to_review" if params.policy == "review" else "contradiction"
    told = pl.format("family {} of {} rows", FAMILY, size)
    return rows.with_columns(
        pl.when(leaves).then(pl.lit(reason)).alias(DROP_REASON),
        drop_twin_of=pl.when(leaves).then(twin),
        drop_detail=pl.when(leaves).then(told),
    )


@task(
    name="dedup.settle", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def settle_conflicts(data: DatasetRef, params: SettleParams) -> StageResult:
    """Store `data` without the contradictions that are not to stay."""
    return run_filter(data, mark_conflicts, params, MARKED)
