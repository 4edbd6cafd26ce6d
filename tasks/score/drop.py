"""Drop poor rows, for the reasons that the run names. Without a name nothing is dropped.

The verdict is that of `score.verdict`, which lets no judge decide that has not passed its exam, so
neither does this stage. A row whose score could not be had is kept: unscored is not poor.
"""

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, field_validator

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams, choice_of
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.score.faults import FAULTS

REASONS = FAULTS
MARKED = marks(
    tuple(REASONS),
    {
        "drop_detail": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, nullable=True),
    },
)
BY_JUDGE = ("low_quality", "low_judge_score")
"""Reasons that stand on the word of a judge."""

_SCORE = {
    "mismatched_answer": "score_mismatch",
    "low_quality": "score_classifier",
    "low_judge_score": "score_judge",
}


class DropParams(StageParams):
    """What poor rows are dropped for."""

    enabled: bool = Field(default=True, title="Drop", description="Run this stage.")
    reasons: tuple[str, ...] = Field(
        default=(), title="Reasons", json_schema_extra=choice_of(FAULTS),
        description="Faults that cost a row its place: any of " + ", ".join(FAULTS) + ". Empty: "
        "rows are scored and all stay.",
    )  # fmt: skip

    @field_validator("reasons")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in FAULTS:
                raise ValueError(f"{name!r} is no fault; known are {', '.join(FAULTS)}")
        return value


def mark_poor(rows: pl.LazyFrame, params: DropParams) -> pl.LazyFrame:
    """Mark rows whose verdict is poor for one of `params.reasons`."""
    names = rows.collect_schema().names()
    nothing = pl.lit(None, pl.String)
    if not params.enabled or not params.reasons or "score_verdict" not in names:
        return rows.with_columns(
            nothing.alias(DROP_REASON), drop_detail=nothing, drop_score=pl.lit(None, pl.Float64)
        )
    why = pl.col("score_why")
    is_poor = (pl.col("score_verdict") == "poor") & why.is_in(list(params.reasons))
    score = pl.lit(None, pl.Float64)
    for reason, column in _SCORE.items():
        if column in names:
            score = pl.when(why == reason).then(pl.col(column).cast(pl.Float64)).otherwise(score)
    return rows.with_columns(
        pl.when(is_poor).then(why).alias(DROP_REASON),
        drop_detail=pl.when(is_poor).then(pl.lit("decided by: ") + pl.col("score_tier")),
        drop_score=pl.when(is_poor).then(score),
    )


@task(
    name="score.drop", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def drop_poor(data: DatasetRef, params: DropParams) -> StageResult:
    """Store `data` without the poor rows that the run wants to be rid of."""
    return run_filter(data, mark_poor, params, MARKED)
