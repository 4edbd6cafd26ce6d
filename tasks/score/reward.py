"""Score answers by a reward model: one that was trained to tell answers that people prefer.

The model is behind an endpoint that scores (`tasks.score.reward_routes`) or in a folder on this
machine (`tasks.score.reward_local`). It is never the chat model of the run: name it here. The
scale of rewards is the model's own and no threshold carries over from one to another, so the rank
within the set stands beside it. A reward model knows no facts; it likes what raters liked, long and
confident answers among it.

A row without an answer or beyond the limit of characters has no reward and a reason. It is not cut:
the reward of half an answer is that of another answer.
"""

from collections.abc import Iterator
from functools import partial

import polars as pl
import polars_hash as plh
from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import answer, conversation
from tasks.llm.call import PASSING, Stream
from tasks.llm.params import LlmParams
from tasks.score.reward_columns import columns, figures
from tasks.score.reward_endpoint import Scored
from tasks.score.reward_params import RewardParams
from tasks.score.reward_routes import Messages, turns_of
from tasks.score.reward_scorer import Scorer, open_scorer

UNSCORED = {
    "no_model": "no reward model is named",
    "no_answer": "the last turn is no answer, or an empty one",
    "too_long": "more characters than the limit, or more tokens than the model reads",
    "not_sampled": "not among the rows that are scored",
}
"""Why a row has no reward, beside the reasons of `tasks.llm.call.Reason`."""

SAMPLES = 3  # rows with which the route is found
NO_LLM = LlmParams()


def add_rewards(rows: pl.LazyFrame, params: RewardParams, scorer: Scorer | None = None) -> Outcome:
    """Score the answer of every row, and of preference rows also the one that lost.

    Args:
        rows: Rows of the table.
        params: Which rows.
        scorer: The reward model; without one no row is scored.

    Returns:
        All rows in order with `score_reward` (the model's own scale), `score_reward_rank` (share
        of the scored rows that it is above, ties in the middle of their places: 0 to 1),
        `score_reward_margin` (reward of the answer that won less that of the one that lost; null
        where there is no such pair) and `score_reward_reason` (null for scored rows). Figures:
        `scored`, `unscored` by reason, `distinct` rewards, `pairs` and of these `pairs_in_order`.
    """
    table = rows.select("id", "messages", "rejected", *_chosen(params)).collect()
    found = [Scored(None, reason) for reason in table["reason"].fill_null("no_model")]
    lost: dict[int, Scored] = {}
    asked = table.with_row_index("at").filter(pl.col("reason").is_null())
    scores = _scores(asked, scorer, params.max_characters) if scorer else iter(())
    # a Python loop: each row is a call, or a run of the model
    for at, is_lost, scored in scores:
        if is_lost:
            lost[at] = scored
        else:
            found[at] = scored
    passing = {at for at, one in [*enumerate(found), *lost.items()] if one.reason in PASSING}
    added = columns(found, lost)
    scored_rows = pl.concat([rows, added.lazy()], how="horizontal")
    cost = scorer.cost if scorer else None
    return Outcome(scored_rows, figures(added), unfinished=len(passing), cost=cost)


def _chosen(params: RewardParams) -> tuple[pl.Expr, pl.Expr]:
    """Length in characters, and why a row is not scored at all; null for those that are."""
    size = conversation("").str.len_chars()
    said = answer().fill_null("").str.strip_chars()
    reason = (
        pl.when(said == "")
        .then(pl.lit("no_answer"))
        .when(size > params.max_characters)
        .then(pl.lit("too_long"))
    )
    lot = plh.concat_str(pl.lit(f"{params.seed}:"), pl.col("id")).chash.sha2_256()
    place = pl.struct(out=reason.is_not_null(), lot=lot, id="id").rank("ordinal")
    is_left = (place > params.rows) if params.rows else pl.lit(value=False)
    drawn = pl.when(reason.is_null() & is_left).then(pl.lit("not_sampled")).otherwise(reason)
    return size.alias("size"), drawn.alias("reason")


def _scores(asked: pl.DataFrame, scorer: Scorer, most: int) -> Iterator[tuple[int, bool, Scored]]:
    """Row, whether it is its losing answer, and reward; as they come."""
    whose: list[tuple[int, bool]] = []

    def conversations() -> Iterator[Messages]:
        for at, messages, rejected in asked.select("at", "messages", "rejected").iter_rows():
            whose.append((at, False))
            yield turns_of(messages)
            beaten = [*messages[:-1], *(rejected or ())]
            if rejected and sum(len(turn["content"]) for turn in beaten) <= most:
                whose.append((at, True))
                yield turns_of(beaten)

    shortest = asked.sort("size", "id").head(SAMPLES)["messages"].to_list()
    size = asked.height + asked["rejected"].count()  # about: a losing answer may be too long
    drawn = Stream(conversations(), size)
    for place, scored in scorer.score(drawn, [turns_of(m) for m in shortest]):
        yield *whose[place], scored


@task(
    name="score.reward", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_reward(data: DatasetRef, params: RewardParams, llm: LlmParams = NO_LLM) -> StageResult:
    """Store `data` with rewards; what `params` do not say of the endpoint, `llm` does."""
    with open_scorer(params, llm, data.store) as scorer:
        return run_score(data, partial(add_rewards, scorer=scorer), params)
