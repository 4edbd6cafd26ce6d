"""Made rows that say again what a real row says are dropped: they add risk and no knowledge.

Three looks at each made row, beside all rows of people's but the ones it descends from, whose words
it may keep on purpose:

- *verbatim*: the share of its runs of `run_words` words that stand in one of those rows, word for
  word. What a template for records repeats in the rows it makes is the template's, and counts for
  nothing; nor do system turns.
- *distance*: one less the cosine to the closest of those rows, on static vectors.
- *canaries*: texts that were planted in what rows are made of and that nobody else can know
  (`augment.privacy.canaries`); a row that gives one away is dropped whatever else it says.

Answers of a few words stand in many rows without anybody being meant, so rows with fewer than
`min_runs` runs are judged by distance alone.
"""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue, field_validator

from tasks.augment.recipe import recipe_field
from tasks.augment.verbatim import verbatim
from tasks.augment.wording import spoken
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.embed import encoders
from tasks.embed.encoders import encoder_of
from tasks.embed.vectors import embed, memory

ENGINES = encoders.ENGINES
REASONS = {
    "too_near": "a made row says almost the same as a real one that it does not descend from",
    "verbatim": "a made row repeats a real one that it does not descend from, word for word",
    "leaked_canary": "a made row holds a text that was planted to see whether it comes out",
}
MARKED = marks(
    tuple(REASONS),
    {
        "drop_detail": pa.Column(pl.String, nullable=True),
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, nullable=True),
    },
)
BLOCK = 2_000_000  # cosines held at once
Vectors = npt.NDArray[np.float32]


class PrivacyParams(StageParams):
    """How near a made row may come to a real one."""

    enabled: bool = Field(default=True, title="Privacy", description="Run this stage.")
    max_verbatim: float = Field(
        default=0.5, gt=0, le=1, title="Most verbatim",
        description="Share of a made row's runs of words that may stand in real rows.",
    )  # fmt: skip
    min_distance: float = Field(
        default=0.05, ge=0, le=1, title="Least distance",
        description="One less the cosine to the closest real row; 0 lets all pass.",
    )  # fmt: skip
    run_words: int = Field(
        default=8, ge=3, le=50, title="Words of a run", description="Words in a row that count."
    )
    min_runs: int = Field(
        default=4, ge=1, title="Fewest runs",
        description="With fewer runs of words a row is judged by its distance alone.",
    )  # fmt: skip
    canaries: tuple[str, ...] = Field(
        default=(), title="Canaries",
        description="Texts that no made row may hold, such as a name planted in the seeds.",
    )  # fmt: skip

    @field_validator("canaries")
    @classmethod
    def _say_something(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(spoken(canary) for canary in value):
            raise ValueError("a canary needs a letter or a digit; an empty one stands everywhere")
        return value


def mark_near(rows: pl.LazyFrame, params: PrivacyParams, memo: RowMemo | None = None) -> Outcome:
    """Mark made rows that come too near to real ones.

    Args:
        rows: Rows of the table.
        params: Limits.
        memo: Vectors of earlier runs.

    Returns:
        All rows in order with `drop_reason` and its evidence. Figures: `made` rows looked at,
        `distance` (least, median), `verbatim` (greatest, median), `canaries` planted and
        `canaries_out` of them.
    """
    table = rows.select(
        "id", "origin", text=_said(),
        kind=pl.when(recipe_field("stage") == "augment.records").then(recipe_field("operator")),
        root=pl.coalesce(recipe_field("seed"), "parent"),  # the real row that it descends from
    ).with_row_index("at").collect()  # fmt: skip
    made = table.filter(pl.col("origin") != "human")
    real = table.filter(pl.col("origin") == "human")
    if not params.enabled or made.is_empty():
        return Outcome(rows.with_columns(_nothing()), {"made": 0})
    seen = made.select("at", "id").with_columns(
        verbatim(made, real, params.run_words, params.min_runs), *_closest(made, real, memo)
    )
    texts = made["text"]
    planted = [spoken(canary) for canary in params.canaries]
    heard = pl.Series([f" {spoken(text)} " for text in texts], dtype=pl.String)
    sought = pl.Series([f" {canary} " for canary in planted], dtype=pl.String)
    leaks = heard.str.contains_any(sought.implode()) if planted else heard.is_null()
    marked = seen.with_columns(leaked=leaks).with_columns(_marks(params))
    columns = [DROP_REASON, "drop_detail", "drop_twin_of", "drop_score"]
    joined = rows.with_row_index("at").join(
        marked.select("at", *columns).lazy(), on="at", how="left", maintain_order="left"
    )
    leaked = sum(heard.str.contains(f" {c} ", literal=True).any() for c in planted)
    figures: dict[str, JsonValue] = {
        "made": made.height,
        "distance": _ends(seen["distance"], "min"), "verbatim": _ends(seen["verbatim"], "max"),
        "canaries": len(params.canaries), "canaries_out": leaked,
    }  # fmt: skip
    return Outcome(joined.drop("at"), figures)


def _said() -> pl.Expr:
    """All turns but the system's, which many rows share without meaning each other."""
    turn = pl.element().filter(pl.element().struct.field("role") != "system")
    return pl.col("messages").list.eval(turn.struct.field("content")).list.join("\n")


def _nothing() -> list[pl.Expr]:
    text = (DROP_REASON, "drop_detail", "drop_twin_of")
    return [
        *(pl.lit(None, pl.String).alias(name) for name in text),
        pl.lit(None, pl.Float64).alias("drop_score"),
    ]


def _marks(params: PrivacyParams) -> list[pl.Expr]:
    near = pl.col("distance") < params.min_distance
    again = pl.col("verbatim") > params.max_verbatim
    reason = (
        pl.when("leaked").then(pl.lit("leaked_canary"))
        .when(again).then(pl.lit("verbatim"))
        .when(near).then(pl.lit("too_near"))
    )  # fmt: skip
    told = pl.format("distance {}, verbatim {}", pl.col("distance").round(3),
                     pl.col("verbatim").round(3).fill_null(0))  # fmt: skip
    return [
        reason.alias(DROP_REASON),
        pl.when(reason.is_not_null()).then(told).alias("drop_detail"),
        pl.when(near | again).then("closest").alias("drop_twin_of"),
        pl.when(again).then("verbatim").when(near).then(1 - pl.col("distance")).alias("drop_score"),
    ]


def _closest(
    made: pl.DataFrame, real: pl.DataFrame, memo: RowMemo | None
) -> tuple[pl.Series, pl.Series]:
    """Distance to the closest real row that a made row does not descend from, and its id."""
    if real.is_empty():
        return (pl.Series("distance", [1.0] * made.height, pl.Float64),
                pl.Series("closest", [None] * made.height, pl.String))  # fmt: skip
    encoder = encoder_of("static")
    mine, theirs = embed(made["text"], encoder, memo), embed(real["text"], encoder, memo)
    place = {name: at for at, name in enumerate(real["id"])}
    roots = made["root"].to_list()
    best, where = np.empty(made.height), np.empty(made.height, np.int64)
    step = max(1, BLOCK // real.height)
    for start in range(0, made.height, step):
        cosines = mine[start : start + step] @ theirs.T
        for row, root in enumerate(roots[start : start + step]):
            if root in place:
                cosines[row, place[root]] = -1
        where[start : start + step] = cosines.argmax(axis=1)
        best[start : start + step] = cosines.max(axis=1)
    distance = np.clip(1 - best, 0, 1).round(4)
    return (pl.Series("distance", distance),
            pl.Series("closest", real["id"].gather(where)))  # fmt: skip


def _ends(values: pl.Series, end: str) -> JsonValue:
    """The end that matters, and the middle."""
    known = values.drop_nulls()
    if known.is_empty():
        return [None, None]
    return [round(float(getattr(known, end)()), 4), round(float(known.median()), 4)]  # type: ignore[arg-type]


@task(
    name="augment.privacy", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def drop_near(data: DatasetRef, params: PrivacyParams) -> StageResult:
    """Store `data` without the made rows that come too near to real ones."""
    memo = memory(data.store, encoder_of("static")) if params.enabled else None
    return run_filter(data, partial(mark_near, memo=memo), params, MARKED, firm=tuple(REASONS))
