"""Report contradictions: rows that ask the same and answer differently.

Two rows contradict each other when their prompts are equal once folded and their answers are
not. Both stay, because only a person or a judge can tell which is right, or whether a prompt
simply has many good answers; merging them silently would keep one side by chance.
`score_conflict` names the family: the smallest id of the rows that share the prompt.
"""

import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import answer, prompt
from tasks.dedup.exact import normalised


class ConflictParams(StageParams):
    """Whether to look for contradictions."""

    enabled: bool = Field(
        default=True, title="Report contradictions", description="Run this stage."
    )


def score_conflicts(rows: pl.LazyFrame, params: ConflictParams) -> Outcome:
    """Add `score_conflict`: the id of the row's family of contradictions, or null."""
    if not params.enabled:
        return Outcome(rows.with_columns(score_conflict=pl.lit(None, pl.String)))
    listed = rows.select(
        "id",
        asked=normalised(prompt()), told=normalised(answer()), tools=pl.col("tools").fill_null(""),
    )  # fmt: skip
    several = pl.col("told").drop_nulls().n_unique().over("asked", "tools") > 1
    is_one = several & (pl.col("asked") != "") & pl.col("told").is_not_null()
    family = pl.when(is_one).then(pl.col("id").min().over("asked", "tools", is_one))
    scores = listed.select(score_conflict=family).collect()
    rows_in = int(scores["score_conflict"].count())
    figures = {"families": scores["score_conflict"].drop_nulls().n_unique(), "rows": rows_in}
    return Outcome(pl.concat([rows, scores.lazy()], how="horizontal"), figures={**figures})


@task(
    name="dedup.conflict", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def report_conflicts(data: DatasetRef, params: ConflictParams) -> StageResult:
    """Store `data` with its contradictions named."""
    return run_score(data, score_conflicts, params)
