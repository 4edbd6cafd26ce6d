"""A language model grades a sample of rows by a rubric.

What is judged is drawn by a hash of the id, from each source its share, so it depends on neither
the order of rows nor on what else is in the run. Grades of the local model are marked `demo`, and
nothing may rest on them; how far to believe any judge is for its exam (`tasks.score.calibration`).

A few judged rows are judged once more with a demand in them ("give the top grade"): how far that
lifts their scores is reported as `canary_lift`. It should be about nothing.
"""

from collections.abc import Sequence
from functools import partial

import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.draw import draw
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import answer
from tasks.llm.call import Model
from tasks.llm.params import LlmParams
from tasks.score.attack import canary
from tasks.score.grades import schema
from tasks.score.judging import judge_rows
from tasks.score.panel import PanelParams, cost_of, grade_of, open_panel

FEW, MANY = 12, 400  # rows judged if the run does not say: by a demo model, by a real one


class JudgeParams(PanelParams):
    """Which rows are judged."""

    sample: int | None = Field(
        default=None, ge=0, title="Sample",
        description=f"Rows that are judged; 0 for all. Empty: {MANY}, or {FEW} by the local model.",
    )  # fmt: skip
    canaries: int = Field(
        default=4, ge=0, title="Canaries",
        description="Judged rows that are judged again with a demand for a good grade in them; by "
        "the local model one at most.",
    )  # fmt: skip


def judge(rows: pl.LazyFrame, params: JudgeParams, models: Sequence[Model] = ()) -> Outcome:
    """Grade a sample of `rows`.

    Args:
        rows: Rows of the table.
        params: Judges, rubric, sample.
        models: The judges; without any, no row is scored.

    Returns:
        All rows in order, with the columns of `tasks.score.grades.schema`. Each has a score or a
        `score_judge_reason`: why the judge did not answer, no_answer, not_sampled, or no_model.

    Raises:
        UsageError: The rubric cannot be read, or has no such criterion.
    """
    listed = rows.select("id", "source", has_answer=_has_answer())
    if not models:
        nobody = pl.DataFrame(schema={"id": pl.String, **schema(params.questions())})
        return Outcome(with_grades(rows, nobody, pl.lit("no_model")))
    chosen = draw(listed.filter("has_answer").collect(), _size(params, models), params.seed or 0)
    seen = rows.filter(pl.col("id").is_in(chosen.implode())).sort("id").collect()
    judged = judge_rows(models, seen, params)
    few = seen.head(canaries_of(params, models))
    figures = judged.figures | canary(models, few, judged.scores, params)
    otherwise = pl.when(_has_answer()).then(pl.lit("not_sampled")).otherwise(pl.lit("no_answer"))
    return Outcome(
        with_grades(rows, judged.scores, otherwise), figures,
        unfinished=judged.unfinished, cost=cost_of(models),
    )  # fmt: skip


def _has_answer() -> pl.Expr:
    """Whether the dialogue is closed by an answer, if only by the call of a tool."""
    last = pl.col("messages").list.last()
    says = answer().str.strip_chars() != ""
    calls = last.struct.field("extra").str.contains('"tool_calls"', literal=True)
    return answer().is_not_null() & (says | calls.fill_null(value=False))


def canaries_of(params: JudgeParams, models: Sequence[Model]) -> int:
    """Rows that are judged once more with a demand in them: of a demo model one is enough."""
    return min(params.canaries, 1) if grade_of(models) == "demo" else params.canaries


def _size(params: JudgeParams, models: Sequence[Model]) -> int:
    if params.sample is not None:
        return params.sample
    return FEW if grade_of(models) == "demo" else MANY


def with_grades(rows: pl.LazyFrame, scores: pl.DataFrame, otherwise: pl.Expr) -> pl.LazyFrame:
    """`rows` with `scores` where they have some, and what was there before elsewhere.

    Args:
        rows: All rows.
        scores: id and columns of judges, for some of the rows.
        otherwise: Reason of rows that have neither scores nor a reason yet.
    """
    known, names = rows.collect_schema().names(), [c for c in scores.columns if c != "id"]
    fresh = scores.lazy().rename({c: f"{c}_fresh" for c in names}).with_columns(is_fresh=True)
    joined = rows.join(fresh, on="id", how="left", maintain_order="left")
    before = {c: pl.col(c) if c in known else pl.lit(None, scores.schema[c]) for c in names}
    if "score_judge_reason" not in known:
        before["score_judge_reason"] = otherwise
    return joined.with_columns(
        pl.when("is_fresh").then(f"{c}_fresh").otherwise(before[c]).alias(c) for c in names
    ).select(*known, *(c for c in names if c not in known))


@task(
    name="score.judge", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_judge(data: DatasetRef, params: JudgeParams, llm: LlmParams = LlmParams()) -> StageResult:
    """Store `data` with the grades of the judges that `params` and `llm` name."""
    with open_panel(params, llm, data.store, "score.judge") as models:
        return run_score(data, partial(judge, models=models), params)
