"""Keep a core set: drop the most redundant rows until no more than N are left.

Again and again the nearest pair of rows that are left loses the row that is less preferred
(`tasks.dedup.compare.preference`), until N rows are there. That is deduplication by meaning with
the threshold that leaves N, and the report says which it was (`stopped_at`): no two rows of the
core set are nearer. Rows that go are no copies but what the set can best spare, so no rule asks
whether a number or a name differs. A row may go beside one that goes later; `uncovered` counts the
rows that went and have none so near as `stopped_at` among those that stay.

How near two rows are is the lesser cosine of their prompts and of their answers, by static vectors,
as in `dedup.semantic`: a row is spare only where another one covers both. A mean of the two would
take a thousand questions that are answered with `yes` for half the same. Rows without an answer
(nothing said, or a call of a tool alone) are alike on that side, and so are rows that ask nothing;
a side with words is not near to one without (0), and words that the encoder has no vector for are
near to nothing. Tools, losing answers and roles are not looked at. The encoder reads English. Rows
in other scripts are cut into bytes and look alike, so they are thinned harder (of 20,000 rows to
5,000: 1.4 % before, 0.4 % after).

Below `exact_below` rows every pair is compared (`tasks.embed.thinning`). From there on rows are cut
into cells (`tasks.embed.cells`) and compared within a cell: `cells` in the report is more than 1,
and two rows of different cells may be nearer than `stopped_at`.

Why: a set that is trained on every night must not grow with its sources. To drop of the nearest
pair is to thin from the dense side, as SemDeDup does within a cell (Abbas et al. 2023,
arXiv:2303.09540); a core set by the farthest point first (Gonzalez 1985; Sener and Savarese 2017,
arXiv:1708.00489) takes the outliers before all else, and knows no preference among twins.
"""

from functools import partial

import numpy as np
import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.base.text import answer, prompt
from tasks.dedup.compare import PreferParams, rank
from tasks.embed import encoders
from tasks.embed.core_set import CoreSet, core_set
from tasks.embed.encoders import encoder_of
from tasks.embed.thinning import GRAIN, cosine, grained
from tasks.embed.vectors import Vectors, embed, memory

ENGINES = encoders.ENGINES
REASONS = {
    "outside_core_set": "the set was to have fewer rows, and rows that stay say most nearly what "
    "this one says",
}
MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(-1, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)
MARKS = {name: MARKED.columns[name].dtype.type for name in MARKED.columns if name != "id"}


class CoreParams(PreferParams):
    """How many rows are left."""

    rows: int = Field(
        default=0, ge=0, title="Rows of the core set",
        description="At most so many rows are left, the most redundant go first; 0: all stay.",
    )  # fmt: skip
    exact_below: int = Field(
        default=200_000, ge=1_000, title="Exact below",
        description="With fewer rows every pair is compared, which takes four times as long for "
        "twice the rows; with as many, pairs within cells of a quarter of that on average.",
    )  # fmt: skip


def mark_outside(rows: pl.LazyFrame, params: CoreParams, memo: RowMemo | None = None) -> Outcome:
    """Mark the rows that a core set of `params.rows` can best spare.

    Args:
        rows: Conversations.
        params: How many stay, and who of two is preferred.
        memo: Vectors of earlier runs.

    Returns:
        All rows in order; the twin is the nearest row that stays, the score the lesser cosine of
        prompts and of answers with it. Figures, where rows go: `rows_before`, `rows_after`,
        `stopped_at` (cosine of the last pair that lost a row), `nearest_kept` (of the nearest pair
        that stays), `uncovered` and `cells`.

    Raises:
        UsageError: The encoder is not installed.
    """
    height = rows.select(pl.len()).collect().item()
    if not params.rows or height <= params.rows:
        return Outcome(rows.with_columns(pl.lit(None, t).alias(name) for name, t in MARKS.items()))
    listed = rows.select(
        "id", place=pl.int_range(pl.len()), asked=prompt(), told=answer(), order=rank(params)
    ).sort("order").collect()  # fmt: skip
    sides = [_side(listed[column], memo) for column in ("asked", "told")]
    chosen = core_set(sides, params.rows, params.exact_below)
    lost, stop = _marks(listed, sides, chosen), pl.lit(chosen.stopped_at, pl.Float64)
    figures = {
        "rows_before": height, "rows_after": params.rows, "stopped_at": chosen.stopped_at,
        "nearest_kept": chosen.nearest_kept, "cells": chosen.cells,
        "uncovered": lost.filter(pl.col("drop_score") < stop).height,
    }  # fmt: skip
    marked = rows.select(place=pl.int_range(pl.len())).join(
        lost.lazy(), on="place", how="left", maintain_order="left"
    )
    return Outcome(pl.concat([rows, marked.drop("place")], how="horizontal"), {**figures})


def _side(texts: pl.Series, memo: RowMemo | None) -> Vectors:
    """Grained vectors of `texts`, and one number more that blank texts have in common."""
    vectors = embed(texts, encoder_of("static"), memo)
    blank = (texts.fill_null("").str.strip_chars() == "").to_numpy()
    return np.hstack([grained(vectors), blank[:, None] * np.float32(GRAIN)])


def _marks(listed: pl.DataFrame, sides: list[Vectors], chosen: CoreSet) -> pl.DataFrame:
    """Place and marks of the rows that go."""
    asked, told = (cosine(side, chosen.gone, chosen.twin) for side in sides)
    detail = pl.format(
        "prompts {}, answers {} alike by meaning in the nearest row that stays; left with a pair "
        "at {}", *(pl.col(c).round(2) for c in ("asked", "told", "went_at")),
    )  # fmt: skip
    found = pl.DataFrame({"asked": asked, "told": told, "went_at": chosen.went_at})
    return found.select(
        listed["place"][chosen.gone],
        pl.lit("outside_core_set").alias(DROP_REASON),
        listed["id"][chosen.twin].alias("drop_twin_of"),
        drop_score=pl.min_horizontal("asked", "told").round(4),
        drop_detail=detail,
    )


@task(
    name="dedup.core", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_core(data: DatasetRef, params: CoreParams) -> StageResult:
    """Store `data` with no more rows than a core set may have."""
    memo = memory(data.store, encoder_of("static")) if params.rows else None
    return run_filter(data, partial(mark_outside, memo=memo), params, MARKED, firm=tuple(REASONS))
