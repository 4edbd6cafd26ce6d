"""Whether answers belong to their prompts, without a judge and without a label.

| column | type | what |
| --- | --- | --- |
| score_pairing | -1 to 1 | cosine of the vectors of prompt and answer |
| score_pairing_rank | 0 to 1 | share of answers of other rows that are further from the prompt |
| score_mismatch | 0 to 1 | probability that the answer is another prompt's |

All are null where prompt or answer has nothing to read. The cosine depends on topic and form, the
rank less so: it sets the answer beside the same few hundred others for every prompt. What tells
swapped answers best is the probability, which is learned from the set, and given where the set is
large enough to teach it.

Answers that are one of a few words ("yes", "B", "42") fit many prompts; no vector tells theirs from
another's. Nor does any of this say that an answer is right.
"""

from functools import partial

import numpy as np
import polars as pl
import polars_hash as plh
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.embed import encoders
from tasks.embed.encoders import EncoderName, encoder_of
from tasks.embed.vectors import Vectors, memory
from tasks.score.features import Sides, batches, sides_of, texts_of
from tasks.score.head import on_one_thread
from tasks.score.mismatch import Mismatch, learn

ENGINES = encoders.ENGINES
REFERENCES = 256  # answers that a prompt's own is ranked among
EQUAL = 1e-6  # cosines that differ by less are a tie
SCORES = pl.Schema(
    dict.fromkeys(("score_pairing", "score_pairing_rank", "score_mismatch"), pl.Float64())
)


class PairingParams(StageParams):
    """Whether answers belong to their prompts."""

    enabled: bool = Field(default=True, title="Pairing", description="Run this stage.")
    encoder: EncoderName = Field(
        default="static", title="Encoder",
        description="static: quick and always there. minilm: better and a hundred times slower "
        "(`finery models install minilm-l6`).",
    )  # fmt: skip
    teach_rows: int = Field(
        default=8_000, ge=100, le=20_000, title="Teaching rows",
        description="Rows that teach what belongs together, at most; a seeded sample.",
    )  # fmt: skip
    min_rows: int = Field(
        default=200, ge=20, title="Least rows",
        description="With fewer rows no probability of a mismatch is given.",
    )  # fmt: skip
    min_auc: float = Field(
        default=0.7, ge=0.5, le=1, title="Least AUC",
        description="Nor where own pairs are told from swapped ones less well than this (0.5: not "
        "at all).",
    )  # fmt: skip
    seed: int = Field(
        default=0, ge=0, title="Seed", description="Another seed, another sample and other folds."
    )


@on_one_thread
def score_pairs(rows: pl.LazyFrame, params: PairingParams, memo: RowMemo | None = None) -> Outcome:
    """Add the columns above.

    Args:
        rows: Conversations.
        params: Which encoder, and how much it is taught.
        memo: Vectors of earlier runs.

    Returns:
        All rows in order. Figures: `encoder`, `rows_scored`, `auc` (how well own pairs are told
        from swapped ones by heads that saw neither; null: too few rows; swapped pairs that the set
        came with make it too low) and `swapped_share` (estimated share of answers that are another
        prompt's; null: not given).

    Raises:
        UsageError: The encoder is not installed.
    """
    if not params.enabled:
        return Outcome(rows.with_columns(pl.lit(None, t).alias(n) for n, t in SCORES.items()))
    encoder = encoder_of(params.encoder)
    sample = _sample(rows, params)
    sides = sides_of(sample, encoder, memo)
    others = sides.answered[:REFERENCES]
    learned = learn(sample, sides, params.seed) if sample.height >= params.min_rows else None
    trusted = learned if learned and learned.auc >= params.min_auc else None
    found = [
        _score(texts, sides_of(texts, encoder, memo), others, trusted) for texts in batches(rows)
    ]
    scores = pl.concat([pl.DataFrame(schema=SCORES), *found])
    figures: dict[str, JsonValue] = {
        "encoder": encoder.name,
        "rows_scored": scores["score_pairing"].count(),
        "auc": round(learned.auc, 4) if learned else None,
        "swapped_share": round(trusted.tilt.share, 4) if trusted else None,
    }
    return Outcome(pl.concat([rows, scores.lazy()], how="horizontal"), figures)


def _sample(rows: pl.LazyFrame, params: PairingParams) -> pl.DataFrame:
    """Rows that teach: distinct pairs with something on both sides, first by a hash of their id."""
    listed = [texts.select("id", "key").drop_nulls() for texts in batches(rows)]
    salted = pl.concat([pl.DataFrame(schema={"id": pl.String, "key": pl.UInt64}), *listed])
    ordered = salted.with_columns(salted=pl.lit(f"{params.seed}:") + pl.col("id")).sort(
        plh.col("salted").nchash.xxh3_64(), "id"
    )
    first = ordered.unique("key", keep="first", maintain_order=True).head(params.teach_rows)
    chosen = texts_of(rows.filter(pl.col("id").is_in(first["id"].implode())))
    return first.select("id").join(chosen, on="id", how="left", maintain_order="left")


def _score(
    texts: pl.DataFrame, sides: Sides, others: Vectors, taught: Mismatch | None
) -> pl.DataFrame:
    """The columns of a batch."""
    blocks = [_score_block(texts[at], part, others, taught) for at, part in sides.blocks()]
    readable = pl.Series(texts["key"].is_not_null())
    return pl.concat([pl.DataFrame(schema=SCORES), *blocks]).select(
        pl.when(readable).then(pl.all())
    )


def _score_block(
    texts: pl.DataFrame, sides: Sides, others: Vectors, taught: Mismatch | None
) -> pl.DataFrame:
    # in double precision, so that how rows are batched shows in no digit that is kept
    asked, answered = sides.asked.astype(np.float64), sides.answered.astype(np.float64)
    cosine = (asked * answered).sum(axis=1)
    lead = cosine[:, None] - asked @ others.T.astype(np.float64)
    rank = ((lead > EQUAL).sum(axis=1) + (abs(lead) <= EQUAL).sum(axis=1) / 2) / max(len(others), 1)
    unlike = None if taught is None else taught.probability(texts, sides).round(6)
    return pl.DataFrame(
        {
            "score_pairing": cosine.round(6),
            "score_pairing_rank": rank.round(6),
            "score_mismatch": unlike,
        },
        schema=SCORES,
    )


@task(
    name="score.pairing", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_pairing(data: DatasetRef, params: PairingParams) -> StageResult:
    """Store `data` with how well answers fit their prompts."""
    memo = memory(data.store, encoder_of(params.encoder)) if params.enabled else None
    return run_score(data, partial(score_pairs, memo=memo), params)
