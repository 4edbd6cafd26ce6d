"""Say of every row what people decided over it: keep, drop or edit, by how many, and why.

The decision travels with the row. A row that people want to keep is spared by every filter, save
for reasons that no word of people changes (`tasks.base.stage.run_filter`); a row that they want to
drop leaves at `tasks.review.rows`; an edit is done by `tasks.review.edits`.
"""

from functools import partial

import polars as pl
from prefect import task
from pydantic import JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.decided import WANTED
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.table import DECIDED, DECIDED_DETAIL
from tasks.review.decided import DecisionFile, decided, record
from tasks.review.params import DecideParams

REASONS = {
    WANTED["keep"]: "people want the row kept; the detail says what it would have left for",
    WANTED["edit"]: "people want the row kept, with the answer that they wrote",
}
"""Reasons of kept rows in the ledger."""


def tell(
    rows: pl.LazyFrame, params: DecideParams, decisions: tuple[DecisionFile, ...] = ()
) -> Outcome:
    """Add the decision over every row, null where nobody was asked.

    Args:
        rows: Conversations.
        params: Whether it is done.
        decisions: Files of decisions.

    Returns:
        All rows in order with `score_review` and `score_review_detail`. Figures: rows by decision,
        and `elsewhere`, decisions over rows that are not here.
    """
    known = decided(decisions if params.enabled else ())
    told = known.select("record", pl.col("decision").alias(DECIDED),
                        pl.col("detail").alias(DECIDED_DETAIL))  # fmt: skip
    joined = rows.with_columns(record()).join(
        told.lazy(), on="record", how="left", maintain_order="left"
    )
    here = joined.filter(pl.col(DECIDED).is_not_null()).select("record", DECIDED).collect()
    counted = here[DECIDED].value_counts().sort(DECIDED)
    figures: dict[str, JsonValue] = dict(counted.iter_rows())
    figures["elsewhere"] = known.height - here["record"].n_unique()
    return Outcome(joined.drop("record"), figures)


@task(
    name="review.told", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def tell_decisions(
    data: DatasetRef, params: DecideParams, decisions: tuple[DecisionFile, ...] = ()
) -> StageResult:
    """Store `data` with what people decided over its rows."""
    return run_score(data, partial(tell, decisions=decisions), params)
