"""Drop conversations that an earlier release holds, in the same or almost the same words.

What earlier releases held is read from an index (`tasks.dedup.index`): signatures, and no text. A
copy of a released record is told by its id. Of all others those that share enough of their word
shingles with a released row are found exactly, and the guard of `dedup.near` decides, as far as it
goes without text: RapidFuzz has nothing to compare, and a word that one side writes in two is
another word. Short texts that share most of their letters, but hardly a word, are not found.

Rows meet the released ones before each other, so a row is never dropped for a copy of it that then
leaves, too.
"""

from functools import partial
from typing import Literal

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks, put_marks
from tasks.dedup.index.fragments import ROWS, Known

REASONS = {"released_before": "an earlier release holds the row, or one that says the same"}

MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(0, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)
LOST = {name: MARKED.columns[name].dtype.type for name in MARKED.columns if name != "id"}


class ReleasedParams(StageParams):
    """When a row was released before."""

    enabled: bool = Field(default=True, title="Run", description="Run this stage (with `index`).")
    again: Literal["drop", "keep"] = Field(
        default="drop", title="Rows released before",
        description="drop: a release holds only what is new; keep: a row that was released before, "
        "unchanged, is released again, so that each release holds all, and only other rows that "
        "say the same leave.",
    )  # fmt: skip
    threshold: float = Field(
        default=0.45, gt=0.2, le=1, title="Least similarity",
        description="Jaccard similarity of the sets of word shingles from which a released row is "
        "looked at. Low is safe: the guard decides, not this number.",
    )  # fmt: skip
    shingle_words: int = Field(
        default=3, ge=1, le=10, title="Words in a shingle", description="Run of words compared."
    )


def mark_released(
    rows: pl.LazyFrame, params: ReleasedParams, known: Known | None = None
) -> Outcome:
    """Mark every row that was released before, with the released row and the release.

    Args:
        rows: Conversations.
        params: When that is so.
        known: Earlier releases; without any no row is marked.

    Returns:
        All rows in order with their marks; the score is the Jaccard similarity, 1 for the same
        row. Figures, if there are releases: `releases`, `released_rows`, `same_rows` (of the same
        id), `alike` (others that say the same), `again`, `pairs`.
    """
    if known is None or not known.fragments or not params.enabled:
        nothing = (pl.lit(None, kind).alias(name) for name, kind in LOST.items())
        return Outcome(rows.with_columns(nothing))
    from tasks.dedup.index.verdicts import twins  # compiled code

    same = _same(rows, known)
    fresh = rows.with_row_index("row").join(same.lazy(), on="row", how="anti")
    found, pairs = twins(fresh, params.threshold, params.shingle_words, known)
    lost = found if params.again == "keep" else pl.concat([same, found])
    release = [one.release for one in known.fragments]
    detail = pl.col("fragment").replace_strict([*range(len(release))], release, default=None)
    marked = lost.select(
        pl.col("row").cast(pl.UInt32), pl.lit("released_before").alias(DROP_REASON),
        drop_twin_of="id", drop_score="jaccard", drop_detail=pl.format("release {}", detail),
    )  # fmt: skip
    figures: dict[str, JsonValue] = {
        "releases": len({one.run for one in known.fragments}),
        "released_rows": sum(one.rows for one in known.fragments),
        "same_rows": same.height,
        "alike": found.height,
        "again": params.again,
        "pairs": pairs,
    }
    return Outcome(put_marks(rows, marked), figures)


def _same(rows: pl.LazyFrame, known: Known) -> pl.DataFrame:
    """Rows that have the id of a released row, or are a copy of its record."""
    record = pl.col("id").str.replace(r"-\d+$", "")  # the rest says which copy of it
    theirs = [
        known.read(one, ROWS).select("id", record=record, fragment=pl.lit(at))
        for at, one in enumerate(known.fragments)
    ]
    mine = rows.select(record=record).with_row_index("row")
    joined = pl.concat([mine.join(one, on="record", how="inner") for one in theirs]).collect()
    first = joined.sort("row", "fragment", "id").unique("row", keep="first", maintain_order=True)
    return first.select("row", "id", "fragment", jaccard=pl.lit(1.0))


@task(
    name="dedup.released", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_released(
    data: DatasetRef, params: ReleasedParams, known: Known | None = None
) -> StageResult:
    """Store `data` without rows that were released before."""
    return run_filter(
        data, partial(mark_released, known=known), params, MARKED, firm=tuple(REASONS)
    )
