"""A head on vectors that the judge has taught, and that scores every row at a fraction of its cost.

It sees what `pair_features` gives and the cheap scores of earlier stages, and it is cross-fitted by
prompt: the score of a row, judged or not, never comes from a head that saw the row's prompt. What
it says is then bent onto the judge's scale (a logistic curve, fitted out of fold), so that 0.8 is
what the judge says of such rows on average.

How far to believe it is measured on the judged rows, out of fold, with intervals over prompts. A
head whose rank correlation with the judge may be below `min_agreement`, or one that too few rows
have taught, gives no scores at all: a score that is there may be used. It can only be as good as
its judge, and knows nothing that vectors and counts do not show, such as whether a fact is true.

| column | type | what |
| --- | --- | --- |
| score_classifier | 0 to 1 | what the judge would say |
| score_classifier_margin | 0 to 1 | how far that is from the threshold, less its standard error |

Both are null where prompt or answer has nothing to read, and everywhere without a usable head.
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
from tasks.embed.vectors import memory
from tasks.score.bar import Bar
from tasks.score.distil import CHEAP, JUDGE, Pupil, agreement, taught_by
from tasks.score.features import Sides, batches, sides_of, texts_of
from tasks.score.head import on_one_thread

ENGINES = encoders.ENGINES
BAR = Bar()
SCORES = pl.Schema(dict.fromkeys(("score_classifier", "score_classifier_margin"), pl.Float64()))


class ClassifierParams(StageParams):
    """A head on vectors, taught by the judge."""

    enabled: bool = Field(default=True, title="Classifier", description="Run this stage.")
    encoder: EncoderName = Field(
        default="static", title="Encoder",
        description="static: quick and always there. minilm: better and a hundred times slower "
        "(`finery models install minilm-l6`).",
    )  # fmt: skip
    min_judged: int = Field(
        default=100, ge=20, title="Least judged rows",
        description="Fewer rows with a judge's score teach nothing.",
    )  # fmt: skip
    teach_rows: int = Field(
        default=20_000, ge=100, le=50_000, title="Teaching rows",
        description="Judged rows that teach, at most; a seeded sample.",
    )  # fmt: skip
    min_agreement: float = Field(
        default=0.4, ge=0, le=1, title="Least agreement",
        description="Lower end of the interval of the rank correlation with the judge, out of "
        "fold, below which the head gives no scores.",
    )  # fmt: skip
    seed: int = Field(
        default=0, ge=0, title="Seed", description="Another seed, another sample and other folds."
    )


@on_one_thread
def classify(
    rows: pl.LazyFrame, params: ClassifierParams, bar: Bar = BAR, memo: RowMemo | None = None
) -> Outcome:
    """Add the columns above.

    Args:
        rows: Conversations; those with a `score_judge` teach.
        params: Which encoder, and when its head is believed.
        bar: Where good begins.
        memo: Vectors of earlier runs.

    Returns:
        All rows in order. Figures: `encoder`, `judged` (rows that taught), `usable`, `why_not`,
        and as [value, lower, upper end of the 95 % interval] `spearman`, `auc` and `kappa` of head
        and judge.

    Raises:
        UsageError: The encoder is not installed.
    """
    known = rows.collect_schema().names()
    if not params.enabled or JUDGE not in known:
        return _nothing(rows, {"judged": 0, "usable": False, "why_not": "too_few_judged"})
    encoder = encoder_of(params.encoder)
    also = [name for name in (*CHEAP, JUDGE) if name in known]
    judged = _judged(rows, params, also)
    figures: dict[str, JsonValue] = {"encoder": encoder.name, "judged": judged.height}
    if judged.height < params.min_judged:
        return _nothing(rows, figures | {"usable": False, "why_not": "too_few_judged"})
    pupil = taught_by(judged, sides_of(judged, encoder, memo), params.seed)
    found = agreement(pupil, judged, bar.threshold)
    lowest = found["spearman"].low
    usable = lowest is not None and lowest >= params.min_agreement
    figures |= {"usable": usable, "why_not": None if usable else "low_agreement"}
    figures |= {name: one.ends() for name, one in found.items()}
    if not usable:
        return _nothing(rows, figures)
    scored = [_score(t, sides_of(t, encoder, memo), pupil, bar) for t in batches(rows, also)]
    return Outcome(pl.concat([rows, pl.concat(scored).lazy()], how="horizontal"), figures)


def _nothing(rows: pl.LazyFrame, figures: dict[str, JsonValue]) -> Outcome:
    return Outcome(rows.with_columns(pl.lit(None, t).alias(n) for n, t in SCORES.items()), figures)


def _judged(rows: pl.LazyFrame, params: ClassifierParams, also: list[str]) -> pl.DataFrame:
    """Rows that teach: judged and with something to read, first by a hash of their id."""
    mine = rows.filter(pl.col(JUDGE).is_not_null()).select("id").collect()
    salted = mine.with_columns(salted=pl.lit(f"{params.seed}:") + pl.col("id"))
    first = salted.sort(plh.col("salted").nchash.xxh3_64(), "id").head(params.teach_rows)["id"]
    texts = texts_of(rows.filter(pl.col("id").is_in(first.implode())), also)
    ordered = first.to_frame().join(texts, on="id", how="left", maintain_order="left")
    return ordered.filter(pl.col("asked").is_not_null())


def _score(texts: pl.DataFrame, sides: Sides, pupil: Pupil, bar: Bar) -> pl.DataFrame:
    """The columns of a batch."""
    found = [pupil.score(texts[at], part) for at, part in sides.blocks()]
    score, error = (np.concatenate(column) for column in zip(*found, strict=True))
    margin = np.maximum(np.abs(score - bar.threshold) - error, 0)
    columns = dict(zip(SCORES, (score.round(6), margin.round(6)), strict=True))
    return pl.DataFrame(columns, schema=SCORES).select(
        pl.when(texts["key"].is_not_null()).then(pl.all())
    )


@task(
    name="score.classifier", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def score_classifier(data: DatasetRef, params: ClassifierParams, bar: Bar = BAR) -> StageResult:
    """Store `data` with what the judge would say of every row."""
    memo = memory(data.store, encoder_of(params.encoder)) if params.enabled else None
    return run_score(data, partial(classify, bar=bar, memo=memo), params)
