"""Drop rows that hold an item of a protected set, such as a public evaluation set.

A row leaves when a turn of it holds an item word for word, nearly so, or in other words. Each is a
reason of its own, and the ledger says which item, how much of it, where, and how sure that is.

What does not make an item: a template with other numbers or another word in it; a licence or a
quotation, which other rows have without the question; a question too short or too common to speak
for itself, unless its answer follows. See `tasks.dedup.items.rarity` for what a run of words tells,
`tasks.dedup.items.holding` for what counts as the item, and `tasks.dedup.items.rephrased` for
meaning.

Why: models score higher on tests that they have seen (Brown et al. 2020, arXiv:2005.14165; Yang et
al. 2023, arXiv:2311.04850), and then nobody can tell what training was worth.
"""

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks, put_marks
from tasks.dedup.items.leaks import Search, leaks, look_for
from tasks.dedup.items.rarity import GRAM, spoken
from tasks.dedup.items.read import ITEMS
from tasks.dedup.items.search import LEAKS, RANK
from tasks.embed import encoders

__all__ = ["REASONS", "ProtectedParams", "dedup_protected", "leaks", "mark_protected"]
ENGINES = encoders.ENGINES
REASONS = {
    "protected_exact": "an item of a protected set stands in the row, word for word",
    "protected_near": "an item of a protected set stands in the row in almost the same words",
    "protected_rephrased": "the row asks what an item of a protected set asks, in other words",
}
MARKED = marks(
    tuple(REASONS),
    {
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(0, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)
FOUND = pl.Schema(
    {
        "file": pl.String(), "items": pl.Int64(), "found": pl.Int64(),
        **dict.fromkeys(RANK, pl.Int64()),  # rows by reason
    }
)  # fmt: skip


class ProtectedParams(StageParams):
    """How much of an item a row must have."""

    enabled: bool = Field(default=True, title="Protect", description="Run this stage.")
    min_share: float = Field(
        default=0.4, gt=0, le=1, title="Least share",
        description="Share of what an item's runs of words tell, from which a row is looked at. "
        "Low is safe: the guard decides, not this number.",
    )  # fmt: skip
    rephrased: bool = Field(
        default=True, title="Rephrased items",
        description="Look for items in other words, too: by meaning, numbers, names and answers.",
    )  # fmt: skip
    min_cosine: float = Field(
        default=0.74, ge=0.5, le=1, title="Least likeness",
        description="Cosine of static vectors from which a row may be an item in other words.",
    )  # fmt: skip
    min_similarity: float = Field(
        default=0.84, ge=0.5, le=1, title="Least similarity of meaning",
        description="Cosine of MiniLM's vectors (`finery models install minilm-l6`) from which it "
        "is one, if numbers and answer agree. Without MiniLM static vectors decide, and find less.",
    )  # fmt: skip


def mark_protected(
    rows: pl.LazyFrame, params: ProtectedParams, items: pl.DataFrame | None = None,
    store: str | None = None, minilm: bool = False,
) -> Outcome:  # fmt: skip
    """Mark every row that holds an item; without items none.

    Args:
        rows: Rows of the table.
        params: Limits.
        items: What is protected; see `ITEMS`.
        store: Where vectors are remembered.
        minilm: Whether MiniLM may be asked.

    Returns:
        All rows in order with their marks. The evidence is a line per protected file (`FOUND`).
    """
    if items is None or not params.enabled:
        nothing = pl.DataFrame(schema=LEAKS)
        return Outcome(_marked(rows, nothing), evidence=pl.DataFrame(schema=FOUND))
    how = Search(params.min_share, params.rephrased, params.min_cosine, params.min_similarity,
                 minilm, store)  # fmt: skip
    found, looked = look_for(rows, items, how)
    short = int((pl.Series(spoken(items["question"]).start).diff().drop_nulls() < GRAM).sum())
    figures: dict[str, JsonValue] = {
        "items": items.height, "found": found["item"].n_unique(), "too_short": short, **looked
    }  # fmt: skip
    return Outcome(_marked(rows, found), figures, _by_file(items, found))


def _marked(rows: pl.LazyFrame, found: pl.DataFrame) -> pl.LazyFrame:
    detail = pl.format(
        "{}: {} % of it, turn {}, characters {} to {}",
        "item", (100 * pl.col("share")).round().cast(pl.Int64), pl.col("turn") + 1, "start", "end",
    )  # fmt: skip
    marked = found.select(
        "row", pl.col("reason").alias(DROP_REASON), drop_score="sure", drop_detail=detail
    )
    return put_marks(rows, marked)


def _by_file(items: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """What was found of each protected file."""
    by_reason = [(pl.col("reason") == reason).sum().alias(reason) for reason in RANK]
    hits = found.group_by("file").agg(pl.col("item").n_unique().alias("found"), *by_reason)
    listed = items.group_by("file", maintain_order=True).len("items")
    joined = listed.join(hits, on="file", how="left", maintain_order="left")
    return joined.with_columns(pl.exclude("file").fill_null(0).cast(pl.Int64)).select(FOUND.names())


@task(
    name="dedup.protected", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_protected(
    data: DatasetRef, params: ProtectedParams, items: DatasetRef | None = None, minilm: bool = False
) -> StageResult:
    """Store `data` without the rows that hold one of `items`."""
    known = None if items is None else read_dataset(items).select(ITEMS.names()).collect()

    def mark(rows: pl.LazyFrame, given: ProtectedParams) -> Outcome:
        return mark_protected(rows, given, known, data.store, minilm)

    return run_filter(data, mark, params, MARKED, firm=tuple(REASONS))
