"""Say how likely a small language model finds each answer: three signs of broken rows.

- `score_ifd`, the instruction-following difficulty: negative log-likelihood of the answer after its
  prompt, over that of the answer by itself. Above 1 the prompt makes the answer *less* likely: it
  answers something else (Cherry, arXiv 2308.12032; a model as small as this one is enough for that,
  Superfiltering, arXiv 2402.00530).
- `score_nll`: mean negative log-likelihood of the answer's tokens after the prompt. High: garbage,
  shuffled words, a language or a notation that the model does not know.
- `score_end_of_turn`: log-probability that the turn ends where the answer ends. Low: cut off.

All three depend on the length of the answer, so the last two come also as a rank (0 to 1) among
the rows whose answers are about as long; rows of a set with less than 25 scored rows have none.

What it cannot see: whether an answer is *right*. A fluent wrong answer is likely, and a true one in
a field that the model does not know is not; to tell better answers from worse these likelihoods
are no better than chance. The model reads English best, takes code and other languages for hard,
and reads neither tools nor tool calls.
"""

from functools import partial
from typing import Literal

import polars as pl
import polars_hash as plh
from prefect import task
from pydantic import Field

from tasks.base.cache import code_of, is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import answer
from tasks.llm import weights
from tasks.score import reading

NAME = "score.likelihood"
UNSCORED = {
    "no_model": "no model is named",
    "no_answer": "the last turn is no answer, or an empty one",
    "too_long": "more tokens than the limit; a cut text would have another likelihood",
    "not_sampled": "not among the rows that are scored",
}
"""Why a row has no likelihood."""

SCORES = pl.Schema(
    {
        "score_ifd": pl.Float64,
        "score_nll": pl.Float64,
        "score_end_of_turn": pl.Float64,
        "score_nll_rank": pl.Float64,
        "score_end_of_turn_rank": pl.Float64,
        "score_likelihood_reason": pl.String,
    }
)
ALIKE = 25  # rows of about one length that a rank is among, at least


class LikelihoodParams(StageParams):
    """Which rows a small language model on this machine reads."""

    model: Literal["", "smollm2-135m-instruct"] = Field(
        default="", title="Model",
        description="Model that reads the rows (`finery models install`). Empty: no likelihoods.",
    )  # fmt: skip
    rows: int = Field(
        default=500, ge=0, title="Rows",
        description="The most rows that are read, about one a second on each core; 0 for all.",
    )  # fmt: skip
    max_tokens: int = Field(
        default=1024, ge=64, le=4096, title="Most tokens",
        description="Longer conversations have no likelihood; time grows with the length.",
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, title="Seed", description="Of the choice of rows.")


def add_likelihoods(
    rows: pl.LazyFrame, params: LikelihoodParams, memo: RowMemo | None = None
) -> Outcome:
    """Add likelihoods to `rows`.

    Args:
        rows: Conversations.
        params: Which of them are read.
        memo: What was found in earlier runs.

    Returns:
        All rows in order with the columns of `SCORES`: without a likelihood the reason why, and
        with one no reason. Figures: `scored`, `unscored` by reason, `above_one` (rows whose IFD is
        above 1), `read` (rows that the model had to read for that).

    Raises:
        NotInstalledError: The model was never fetched.
    """
    listed = rows.select("id", reason=_reason(params)).collect()
    chosen = rows.filter(pl.lit(listed["reason"].is_null())).select("id", "messages").collect()
    reader = reading.Reader(NAME, params.model, params.max_tokens, memo)
    readings, reads = reader.read(chosen["messages"].to_list())
    scores = listed.join(
        _scores(chosen.select("id").hstack(readings)), on="id", how="left", maintain_order="left"
    ).with_columns(score_likelihood_reason=pl.coalesce("reason", "score_likelihood_reason"))
    counts = scores["score_likelihood_reason"].drop_nulls().value_counts()
    return Outcome(
        pl.concat([rows, scores.select(SCORES.names()).lazy()], how="horizontal"),
        {
            "scored": scores["score_nll"].count(),
            "unscored": dict(sorted(counts.iter_rows())),
            "above_one": scores.filter(pl.col("score_ifd") > 1).height,
            "read": reads,
        },
    )


def _reason(params: LikelihoodParams) -> pl.Expr:
    """Why a row is not even looked at; null for those that are."""
    if not params.model:
        return pl.lit("no_model")
    is_empty = (answer().fill_null("").str.strip_chars() == "").alias("is_empty")
    salted = plh.concat_str(pl.lit(f"{params.seed}:"), "id").nchash.xxh3_64()
    place = pl.struct(is_empty, salted.alias("salted"), "id").rank("ordinal")
    is_left = place > params.rows if params.rows else pl.lit(False)
    return pl.when(is_empty).then(pl.lit("no_answer")).when(is_left).then(pl.lit("not_sampled"))


def _scores(readings: pl.DataFrame) -> pl.DataFrame:
    """The columns of rows that were looked at, by id."""
    is_read = pl.col("given").is_not_null()
    count = readings["given"].count()
    groups = max(1, count // ALIKE)  # neighbours by length, at least ALIKE in each
    place = pl.struct(~is_read, "answered", "id").rank("ordinal").cast(pl.Int64) - 1
    group = place * groups // max(1, count)

    def rank(column: str) -> pl.Expr:
        share = ((pl.col(column).rank("average") - 0.5) / pl.len()).over(group).round(4)
        return pl.when(is_read & (count >= ALIKE)).then(share)

    return readings.select(
        "id",
        score_ifd=pl.when(pl.col("alone") > 0).then((pl.col("given") / pl.col("alone")).round(4)),
        score_nll="given",
        score_end_of_turn="end",
        score_nll_rank=rank("given"),
        score_end_of_turn_rank=rank("end"),
        score_likelihood_reason=pl.when(~is_read).then(pl.lit("too_long")),
    )


@task(
    name=NAME, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_likelihood(data: DatasetRef, params: LikelihoodParams) -> StageResult:
    """Store `data` with how likely its answers are."""
    memo = None
    if params.model:
        fingerprint = f"{weights.identity(params.model)} {code_of(reading.__name__)}"
        memo = RowMemo(data.store, NAME, fingerprint)
    return run_score(data, partial(add_likelihoods, memo=memo), params)
