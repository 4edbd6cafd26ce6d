"""Hold the mix of a set within bounds: made rows beyond them are surplus, and leave.

Rows of people's all stay. Made rows stay in the order of a hash of their ids, each as long as no
bound is broken with it:

- of the whole set, the share of evolved and that of synthetic rows;
- of each topic and of each level of difficulty, the share of made rows, once there are more than
  `min_per_group` of them, so that a thin group can be filled.

Topics are clusters of prompts on static vectors, named by their most telling words; levels are the
thirds of `score_complexity` among the prompts of people's.
"""

from collections import Counter
from functools import partial
from typing import NamedTuple

import pandera.polars as pa
import polars as pl
import polars_hash as plh
from prefect import task
from pydantic import Field, JsonValue

from tasks.augment.topics import levels_of, number_of, topics_of
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.base.text import turns
from tasks.embed import encoders
from tasks.embed.encoders import encoder_of
from tasks.embed.vectors import memory
from tasks.score.head import on_one_thread

ENGINES = encoders.ENGINES
REASONS = {
    "surplus_origin": "more evolved or synthetic rows than the mix allows",
    "surplus_topic": "more made rows on its topic than the mix allows",
    "surplus_difficulty": "more made rows of its difficulty than the mix allows",
}
MARKED = marks(tuple(REASONS), {"drop_detail": pa.Column(pl.String, nullable=True)})


class BalanceParams(StageParams):
    """The mix of a set."""

    enabled: bool = Field(default=True, title="Balance", description="Run this stage.")
    max_augmented: float = Field(
        default=0.5, ge=0, lt=1, title="Most evolved", description="Share of the whole set."
    )
    max_synthetic: float = Field(
        default=0.5, ge=0, lt=1, title="Most synthetic", description="Share of the whole set."
    )
    max_made_of_topic: float = Field(
        default=0.8, ge=0, lt=1, title="Most made of a topic",
        description="Share of the rows of each topic that may be made.",
    )  # fmt: skip
    max_made_of_difficulty: float = Field(
        default=0.8, ge=0, lt=1, title="Most made of a difficulty",
        description="Share of the rows of each level of difficulty that may be made.",
    )  # fmt: skip
    topics: int = Field(
        default=12, ge=1, le=200, title="Topics", description="Clusters of prompts, at most."
    )
    min_per_group: int = Field(
        default=20, ge=0, title="Fewest made",
        description="So many made rows of a topic or a difficulty may always stay.",
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, lt=2**32, title="Seed", description="Of every draw.")


class Bound(NamedTuple):
    """How many made rows a group may keep."""

    reason: str
    group: str
    most: int


@on_one_thread
def mark_surplus(rows: pl.LazyFrame, params: BalanceParams, memo: RowMemo | None = None) -> Outcome:
    """Mark made rows beyond the bounds.

    Args:
        rows: Rows of the table.
        params: The mix.
        memo: Vectors of earlier runs.

    Returns:
        All rows in order with `drop_reason`. Figures: `mix`, for origin, topic and difficulty the
        rows [human, made, made that stay] of each group.
    """
    table = rows.select(
        "id", "origin", asked=turns("user").list.join("\n")
    ).collect()  # fmt: skip
    nothing = pl.lit(None, pl.String)
    is_made = table["origin"] != "human"
    # a set of made rows alone has no mix to hold
    if not params.enabled or not is_made.any() or is_made.all():
        return Outcome(rows.with_columns(nothing.alias(DROP_REASON), drop_detail=nothing))
    topics = topics_of(table["asked"], is_made, params.topics, params.seed, memo)
    levels = levels_of(table["asked"], is_made)
    grouped = table.with_columns(topic=pl.Series(topics), level=pl.Series(levels))
    reasons, told = _chosen(grouped, params)
    marks_ = {DROP_REASON: pl.Series(reasons, dtype=pl.String),
              "drop_detail": pl.Series(told, dtype=pl.String)}  # fmt: skip
    columns = pl.DataFrame(marks_).lazy()
    kept = grouped.with_columns(stays=pl.Series([reason is None for reason in reasons]))
    return Outcome(
        pl.concat([rows, columns], how="horizontal"),
        {"mix": {name: _mix(kept, column) for name, column in
                 (("origin", "origin"), ("topic", "topic"), ("difficulty", "level"))}},
    )  # fmt: skip


def _chosen(rows: pl.DataFrame, params: BalanceParams) -> tuple[list[str | None], list[str | None]]:
    """Why each row leaves, and which bound it would break; None where it stays."""
    human = rows.filter(pl.col("origin") == "human")
    people = {column: Counter(human[column]) for column in ("topic", "level")}
    order = rows.with_row_index("at").filter(pl.col("origin") != "human").sort(
        plh.concat_str(pl.lit(f"{params.seed}:"), "id").nchash.xxh3_64(), "id"
    )  # fmt: skip
    reasons: list[str | None] = [None] * rows.height
    told: list[str | None] = [None] * rows.height
    stay: Counter[tuple[str, str]] = Counter()
    # a Python loop: whether a row may stay depends on those before it
    for at, origin, topic, level in order.select("at", "origin", "topic", "level").iter_rows():
        bounds = (
            _of_all(origin, human.height, params),
            _of_group("surplus_topic", topic, people["topic"][topic], params.max_made_of_topic,
                      params),
            _of_group("surplus_difficulty", level, people["level"][level],
                      params.max_made_of_difficulty, params),
        )  # fmt: skip
        full = next((b for b in bounds if stay[b.reason, b.group] >= b.most), None)
        if full is None:
            stay.update((b.reason, b.group) for b in bounds)
        else:
            reasons[at] = full.reason
            told[at] = f"{number_of(full.group)}: at most {full.most:,}"
    return reasons, told


def _of_all(origin: str, people: int, params: BalanceParams) -> Bound:
    share = params.max_augmented if origin == "augmented" else params.max_synthetic
    return Bound("surplus_origin", origin, most_made(people, share))


def _of_group(reason: str, group: str, people: int, share: float, params: BalanceParams) -> Bound:
    return Bound(reason, group, max(params.min_per_group, most_made(people, share)))


def most_made(people: int, share: float) -> int:
    """Made rows that are at most `share` of themselves and `people` rows of people's."""
    return int(share / (1 - share) * people + 1e-9)


def _mix(rows: pl.DataFrame, column: str) -> JsonValue:
    """For each group the rows of people's, those made, and those of them that stay."""
    is_made = pl.col("origin") != "human"
    counted = rows.group_by(column).agg(
        human=(~is_made).sum(), made=is_made.sum(), stay=(is_made & pl.col("stays")).sum()
    )  # fmt: skip
    return {name: [human, made, stay] for name, human, made, stay in
            counted.sort(column).iter_rows()}  # fmt: skip


@task(
    name="augment.balance", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def balance_mix(data: DatasetRef, params: BalanceParams) -> StageResult:
    """Store `data` without the made rows that its mix has no room for."""
    memo = memory(data.store, encoder_of("static")) if params.enabled else None
    return run_filter(data, partial(mark_surplus, memo=memo), params, MARKED)
