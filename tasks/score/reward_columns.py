"""What rewards look like in the table."""

from collections.abc import Mapping, Sequence

import polars as pl
from pydantic import JsonValue

from tasks.score.reward_endpoint import Scored

SCHEMA = {
    "score_reward": pl.Float64,
    "score_reward_reason": pl.String,
    "beaten": pl.Float64,  # reward of the answer that lost
}


def columns(found: Sequence[Scored], lost: Mapping[int, Scored]) -> pl.DataFrame:
    """The `score_reward*` columns of `tasks.score.reward.add_rewards`.

    Args:
        found: Reward of every row, or why it has none.
        lost: Reward of the losing answer, by row.
    """
    none = Scored(None)
    scores = [(*one, lost.get(at, none).value) for at, one in enumerate(found)]
    reward = pl.col("score_reward")
    return pl.DataFrame(scores, schema=SCHEMA, orient="row").select(
        reward,
        score_reward_rank=(reward.rank("average") - 0.5) / reward.count(),
        score_reward_margin=reward - pl.col("beaten"),
        score_reward_reason=pl.col("score_reward_reason"),
    )


def figures(scores: pl.DataFrame) -> dict[str, JsonValue]:
    """What `columns` come to."""
    reasons = scores["score_reward_reason"].drop_nulls().value_counts().sort("score_reward_reason")
    margins = scores["score_reward_margin"].drop_nulls()
    return {
        "scored": scores["score_reward"].count(),
        "unscored": dict(reasons.iter_rows()),
        "distinct": scores["score_reward"].drop_nulls().n_unique(),
        "pairs": len(margins),
        "pairs_in_order": int((margins > 0).sum()),
    }
