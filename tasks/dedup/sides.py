"""Drop rows that would teach what another side of the split asks.

The split keeps families of similar rows together (`tasks.select.split`). What is left are rows of
train that hold a question of test or validation somewhere in a longer text, or ask it in other
words, and rows of validation that do so with test. They are looked for as items of a protected set
are (`tasks.dedup.protected`), and leave; the rows of the smaller side stay.

Off unless switched on: in a set of many tasks of one kind, such as a thousand questions over one
schema, most rows may ask what a test row asks in other words.
"""

from functools import partial

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks, put_marks
from tasks.dedup.items.leaks import Search, leaks
from tasks.dedup.items.read import items_of_rows
from tasks.dedup.items.search import LEAKS
from tasks.dedup.protected import ENGINES, ProtectedParams

__all__ = ["ENGINES", "REASONS", "SidesParams", "dedup_sides", "mark_leaking"]
REASONS = {"other_side": "the row holds what a row of test or validation asks"}
MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(0, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)
AGAINST = {"train": ("validation", "test"), "validation": ("test",)}


class SidesParams(ProtectedParams):
    """How much of a row of test or validation a row of another side may have."""

    enabled: bool = Field(
        default=False, title="Sides apart",
        description="Drop rows of train that hold what a row of validation or test asks, word for "
        "word, nearly so or in other words, and rows of validation that do so with test.",
    )  # fmt: skip


def mark_leaking(
    rows: pl.LazyFrame, params: SidesParams, store: str | None = None, minilm: bool = False
) -> Outcome:
    """Mark every row that holds what a row of a smaller side asks; rows without sides hold none.

    Args:
        rows: Rows of the table, and `split`.
        params: Limits.
        store: Where vectors are remembered.
        minilm: Whether MiniLM may be asked.

    Returns:
        All rows in order with their marks. Figures: how many rows of each side leave.
    """
    found = pl.DataFrame(schema=LEAKS)
    figures: dict[str, JsonValue] = {}
    how = Search(params.min_share, params.rephrased, params.min_cosine, params.min_similarity,
                 minilm, store)  # fmt: skip
    sides = rows if "split" in rows.collect_schema() else rows.with_columns(split=pl.lit(""))
    numbered = sides.with_row_index("place")
    for side, others in AGAINST.items() if params.enabled else ():
        mine = numbered.filter(pl.col("split") == side)
        items = items_of_rows(sides.filter(pl.col("split").is_in(others)))
        here = leaks(mine.drop("place"), items, how) if items.height else found.clear()
        places = mine.select("place").collect()["place"]
        found = pl.concat([found, here.with_columns(row=places.gather(here["row"]))])
        figures[side] = here.height
    return Outcome(_marked(rows, found), figures)


def _marked(rows: pl.LazyFrame, found: pl.DataFrame) -> pl.LazyFrame:
    kind = pl.col("reason").str.strip_prefix("protected_")
    detail = pl.format("{}: turn {}, characters {} to {}", kind, pl.col("turn") + 1, "start", "end")
    marked = found.select(
        "row", pl.lit("other_side").alias(DROP_REASON), drop_twin_of="item", drop_score="sure",
        drop_detail=detail,
    )  # fmt: skip
    return put_marks(rows, marked)


@task(
    name="dedup.sides", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_sides(data: DatasetRef, params: SidesParams, minilm: bool = False) -> StageResult:
    """Store `data` without rows that hold what another side asks."""
    mark = partial(mark_leaking, store=data.store, minilm=minilm)
    return run_filter(data, mark, params, MARKED, firm=tuple(REASONS))
