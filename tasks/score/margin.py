"""The judge is asked about the rows on which the head is least sure.

The head (`score.classifier`) was taught by the judge and scores every row. Where its score lies
close to the threshold, and the judge has not spoken yet, the judge decides: the most uncertain rows
first, and no more than the run allows. Its grades go into the columns of `score.judge`.
"""

from collections.abc import Sequence
from functools import partial

import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.llm.call import PASSING, Model
from tasks.llm.params import LlmParams
from tasks.score.bar import Bar
from tasks.score.grades import schema
from tasks.score.judge import FEW, JudgeParams, with_grades
from tasks.score.judging import judge_rows
from tasks.score.panel import cost_of, grade_of, open_panel

BAR, JUDGE = Bar(), JudgeParams()


class MarginParams(StageParams):
    """How many rows that are too close to call go to the judge."""

    rows: int = Field(
        default=200, ge=0, title="Most rows",
        description="Of those on which the head is not sure, the closest to the threshold; 0 for "
        f"none. By the local model {FEW} at most.",
    )  # fmt: skip


def judge_margin(
    rows: pl.LazyFrame, params: MarginParams, bar: Bar = BAR,
    judge: JudgeParams = JUDGE, models: Sequence[Model] = (),
) -> Outcome:  # fmt: skip
    """Put the rows that are too close to call before the judge.

    Args:
        rows: Rows, with `score_classifier` if there is a head.
        params: How many rows at most.
        bar: What is too close.
        judge: Rubric, and how to ask.
        models: The judges; without any, nothing is judged.

    Returns:
        All rows in order; rows that were judged have their grades in the columns of
        `tasks.score.grades.schema`, the others what they had. Figures: `uncertain`, rows within
        the margin that nobody had judged; the others are those of the judge.
    """
    columns, known = schema(judge.questions()), rows.collect_schema().names()
    fills = tuple(c for c in columns if c in known)
    otherwise = pl.lit("not_sampled" if models else "no_model")
    if not models or "score_classifier" not in known:
        nobody = pl.DataFrame(schema={"id": pl.String, **columns})
        return Outcome(
            with_grades(rows, nobody, otherwise), {"uncertain": 0, "judged": 0}, fills=fills
        )
    uncertain = _uncertain(rows, bar)
    most = min(params.rows, FEW) if grade_of(models) == "demo" else params.rows
    chosen = uncertain.head(most).to_frame()
    seen = chosen.join(rows.collect(), on="id", how="left", maintain_order="left")
    judged = judge_rows(models, seen, judge)
    return Outcome(
        with_grades(rows, judged.scores, otherwise), {"uncertain": len(uncertain)} | judged.figures,
        unfinished=judged.unfinished, cost=cost_of(models), fills=fills,
    )  # fmt: skip


def _uncertain(rows: pl.LazyFrame, bar: Bar) -> pl.Series:
    """Ids of the rows too close to call that no judge has spoken on, the closest first."""
    is_open = pl.lit(value=True)
    if "score_judge_reason" in rows.collect_schema().names():
        is_open = pl.col("score_judge_reason").is_in(["not_sampled", *PASSING])
    distance = bar.distance(pl.col("score_classifier"))
    near = rows.filter(is_open & (distance < bar.unsure)).select("id", distance=distance)
    return near.sort("distance", "id").collect()["id"]


@task(
    name="score.margin", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_margin(
    data: DatasetRef, params: MarginParams, bar: Bar = BAR,
    judge: JudgeParams = JUDGE, llm: LlmParams = LlmParams(),
) -> StageResult:  # fmt: skip
    """Store `data` with the judge's grades for what the head is not sure of."""
    with open_panel(judge, llm, data.store, "score.margin") as models:
        return run_score(data, partial(judge_margin, bar=bar, judge=judge, models=models), params)
