"""Say of every row what people decided over it: keep, drop or edit, by how many, and why.

The decision travels with the row. A row that people want to keep is spared by every filter, save
for reasons that no word of people changes (`tasks.base.stage.run_filter`); a row that they want to
drop leaves at `tasks.review.rows`, or at `tasks.review.copies` if it repeats another; an edit is
done by `tasks.review.edits`.
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
from tasks.base.table import DECIDED, DECIDED_DETAIL, DECIDED_TWIN
from tasks.review.decided import DecisionFile, decided, record
from tasks.review.params import DecideParams

REASONS = {
    WANTED["keep"]: "people want the row kept; the detail says what it would have left for",
    WANTED["edit"]: "people want the row kept, with the answer that they wrote",
}
"""Reasons of kept rows in the ledger."""
ALONE = ", as a copy; not done, for what it repeats is not here, or is dropped itself"


def tell(
    rows: pl.LazyFrame, params: DecideParams, decisions: tuple[DecisionFile, ...] = ()
) -> Outcome:
    """Add the decision over every row, null where nobody was asked.

    Args:
        rows: Conversations.
        params: Whether it is done.
        decisions: Files of decisions.

    Returns:
        All rows in order with `score_review`, `score_review_detail` and `score_review_twin`.
        Figures: rows by decision; `alone`, copies beside nothing that they repeat; `elsewhere`,
        decisions over rows that are not here.
    """
    known = decided(decisions if params.enabled else ())
    told = _twins(known, rows).select(
        "record",
        pl.when("holds").then("decision").alias(DECIDED),
        pl.concat_str("detail", pl.when("holds").then(pl.lit("")).otherwise(pl.lit(ALONE))).alias(
            DECIDED_DETAIL
        ),
        pl.col("twin_id").alias(DECIDED_TWIN),
    )
    joined = rows.with_columns(record()).join(
        told.lazy(), on="record", how="left", maintain_order="left"
    )
    here = joined.filter(pl.col(DECIDED_DETAIL).is_not_null()).select("record", DECIDED).collect()
    counted = here[DECIDED].drop_nulls().value_counts().sort(DECIDED)
    figures: dict[str, JsonValue] = dict(counted.iter_rows())
    figures["alone"] = here[DECIDED].null_count()
    figures["elsewhere"] = known.height - here["record"].n_unique()
    return Outcome(joined.drop("record"), figures)


def _twins(known: pl.DataFrame, rows: pl.LazyFrame) -> pl.DataFrame:
    """Decisions with `twin_id`, the row that a dropped one repeats, and whether each `holds`.

    A copy is one only beside what it repeats: where that is gone, or is itself to be dropped, the
    decision says nothing.
    """
    twins = rows.select(record().alias("twin"), twin_id="id").sort("twin_id").collect()
    dropped = known.filter(decision="drop")["record"].implode()
    staying = twins.unique("twin", keep="first").filter(~pl.col("twin").is_in(dropped))
    joined = known.join(staying, on="twin", how="left", maintain_order="left")
    return joined.with_columns(holds=pl.col("twin").is_null() | pl.col("twin_id").is_not_null())


@task(
    name="review.told", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def tell_decisions(
    data: DatasetRef, params: DecideParams, decisions: tuple[DecisionFile, ...] = ()
) -> StageResult:
    """Store `data` with what people decided over its rows."""
    return run_score(data, partial(tell, decisions=decisions), params)
