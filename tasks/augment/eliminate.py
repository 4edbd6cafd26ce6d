"""Made rows that failed leave, each with its reason: elimination evolving (arXiv 2304.12244, 3.2).

The verdict is reached while rows are made (`tasks.augment.rules`, or the templates of records), for
a failed row goes no further; it stands in the recipe of the row, and this stage carries it out.
"""

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field

from tasks.augment.recipe import recipe_field
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import run_filter
from tasks.base.table import DROP_REASON, marks

REASONS = {
    "no_rewrite": "the model gave no new prompt in the form asked for",
    "empty_prompt": "the rewritten prompt has no word in it, or none that means anything",
    "leaked_wording": "words of the request for rewriting stand in the rewritten prompt",
    "answered_instead": "the model answered the prompt where it should have rewritten it",
    "copied_seed": "the rewritten prompt is its parent, or a part of it",
    "known_prompt": "another row asks just the same",
    "too_similar": "another row asks nearly the same, in the same words",
    "lost_parts": "a table, code, a formula or a link of the parent is gone or changed",
    "language_drift": "the rewritten prompt is in another language than its parent",
    "too_long": "the rewritten prompt grew by more words than the limit",
    "gave_canary_away": "the new prompt names a person who was planted in an example",
    "no_gain": "the rewritten prompt asks for nothing that its parent did not",
    "inability": "the answer says that it cannot be given",
    "empty_answer": "the answer has no word in it, or none that means anything",
    "cut_answer": "the answer ran into the limit of tokens",
    "echoed_answer": "the answer repeats the prompt",
    "template_failed": "the template could not be filled from the record",
    "identifies_person": "a value that says who the record is about stands in the row",
    "invalid_answer": "the answer does not fit the schema of its template",
}
MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})


class EliminateParams(StageParams):
    """Carries out what was found while rows were made."""

    enabled: bool = Field(default=True, title="Eliminate", description="Run this stage.")


def mark_failed(rows: pl.LazyFrame, params: EliminateParams) -> pl.LazyFrame:
    """Mark the rows whose recipe says that they failed."""
    fault, told = recipe_field("fault"), recipe_field("told")
    is_made = (pl.col("origin") != "human") & pl.lit(value=params.enabled)
    return rows.with_columns(
        pl.when(is_made).then(fault).alias(DROP_REASON),
        pl.when(is_made & fault.is_not_null()).then(told).alias("drop_detail"),
    )


@task(
    name="augment.eliminate", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def eliminate_failed(data: DatasetRef, params: EliminateParams) -> StageResult:
    """Store `data` without the evolutions that failed."""
    return run_filter(data, mark_failed, params, MARKED)
