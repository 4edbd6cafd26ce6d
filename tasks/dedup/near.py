"""Drop conversations that say what another one says in almost the same words.

Candidates are all pairs whose word shingles have a Jaccard similarity of at least `threshold`
(found exactly, see `tasks.dedup.similar.pairs`), and short texts that share most of their letters
(`tasks.dedup.similar.short`). A candidate is a twin only if RapidFuzz's similarity of the two texts
is high enough and the guard (`tasks.dedup.guard.rules`) finds no number, word or answer that tells
them apart. Contradictions, the same prompt with another answer, are never merged.

Who survives is said by `prefer`: by default the row of the source named first; then the one that is
not cut short and has the fewest odd pairs of words (`tasks.dedup.guard.oddity`), for of two texts
that say the same one is often the other with slips; then the longest, then the smallest id.
`tasks.dedup.families` says what a family is.

The pairs are the evidence of the stage. Whether a pair says the same is found out only where it
decides something, so most pairs of a large family have no verdict.
"""

from functools import partial

import numpy as np
import numpy.typing as npt
import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.base.text import answer, prompt
from tasks.dedup.compare import TwinParams, compared, context, preference
from tasks.dedup.families import Families
from tasks.dedup.guard.judged import Judged
from tasks.dedup.guard.looked import pair_memo
from tasks.dedup.similar.short import similar_texts

REASONS = {"near_duplicate": "another row says the same in almost the same words"}

MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(0, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)

AT = (0.5, 0.6, 0.7, 0.8, 0.9)  # thresholds at which it is said what would be dropped

Ints = npt.NDArray[np.int64]


class NearDedupParams(TwinParams):
    """How alike two conversations must be to be one."""

    threshold: float = Field(
        default=0.45, gt=0.2, le=1, title="Least similarity",
        description="Jaccard similarity of the sets of word shingles from which a pair is looked "
        "at. Low is safe: the guard decides, not this number.",
    )  # fmt: skip
    shingle_words: int = Field(
        default=3, ge=1, le=10, title="Words in a shingle", description="Run of words compared."
    )
    min_ratio: float = Field(
        default=60, ge=0, le=100, title="Least RapidFuzz ratio",
        description="Similarity of the two folded texts character by character, in percent.",
    )  # fmt: skip
    families: Families = Field(
        default="survivor", title="Families",
        description="survivor: a row is dropped only if it is near to the survivor itself; "
        "connected: also if it is near to a row that is near to it, and so on.",
    )  # fmt: skip


def mark_near_twins(
    rows: pl.LazyFrame, params: NearDedupParams, memo: RowMemo | None = None
) -> Outcome:
    """Mark every near twin with its survivor, the similarity and RapidFuzz's ratio."""
    listed, judged = candidates(rows, params, memo)
    order, families = judged.order(params.prefer), params.families
    twins = {
        int(judged.used[row]): (int(judged.used[claim.survivor]), claim.pair)
        for row, claim in judged.claims(order, params.threshold, families).items()
    }
    now: JsonValue = {"threshold": params.threshold, "rows": len(twins)}
    at: list[JsonValue] = [
        {"threshold": t, "rows": len(judged.claims(order, t, families))}
        for t in AT if t > params.threshold
    ]  # fmt: skip
    judged.remember()
    evidence = judged.evidence(listed["by_id"], order)
    figures: dict[str, JsonValue] = {
        "pairs": evidence.height,
        "twin_pairs": evidence.filter(verdict="same").height,
        "not_asked": int(evidence["verdict"].null_count()),
        "at": [now, *at],
    }
    marked = pl.concat([rows, _marks(listed, judged, twins).lazy()], how="horizontal")
    return Outcome(marked, figures=figures, evidence=evidence)


def candidates(
    rows: pl.LazyFrame, params: NearDedupParams, memo: RowMemo | None = None
) -> tuple[pl.DataFrame, Judged]:
    """What is compared of each row, and all pairs that may be twins; nobody has judged them yet."""
    by = {f"by_{name}": column for name, column in preference(params).items()}
    listed = rows.select(**by, text=compared(params.compare), **_parts(params)).collect()
    texts = listed["text"] if params.enabled else listed["text"].clear()
    ranks = _ranks(listed, by)[: len(texts)]
    found = similar_texts(texts, params.threshold, params.shingle_words, ranks)
    return listed, Judged(found, listed, params.min_ratio, memo)


def _parts(params: NearDedupParams) -> dict[str, pl.Expr]:
    """What the guard looks at."""
    return {
        "asked": prompt().fill_null(""),
        "told": answer().fill_null(""),
        "context": context() if params.compare == "conversation" else pl.lit(""),
    }


def _ranks(listed: pl.DataFrame, by: dict[str, pl.Expr]) -> Ints:
    """Rank of each row by what may be known of it alone."""
    ranks = listed.select(pl.struct(list(by)).rank("ordinal") - 1).to_series()
    return ranks.cast(pl.Int64).to_numpy()


def _marks(listed: pl.DataFrame, judged: Judged, twins: dict[int, tuple[int, int]]) -> pl.DataFrame:
    """The columns of `MARKED` for every row."""
    survivors = [survivor for survivor, _ in twins.values()]
    pairs = [pair for _, pair in twins.values()]
    marked = pl.DataFrame(
        {
            "row": pl.Series(list(twins), dtype=pl.Int64),
            DROP_REASON: ["near_duplicate"] * len(twins),
            "drop_twin_of": listed["by_id"].gather(survivors),
            "drop_score": judged.found["jaccard"].gather(pairs),
            "drop_detail": [f"RapidFuzz ratio {r:.0f} %" for r in judged.ratios[pairs].tolist()],
        },
        schema_overrides={DROP_REASON: pl.String, "drop_detail": pl.String},
    )
    rows = pl.DataFrame({"row": range(listed.height)}, {"row": pl.Int64})
    return rows.join(marked, on="row", how="left", maintain_order="left").drop("row")


@task(
    name="dedup.near", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_near(data: DatasetRef, params: NearDedupParams) -> StageResult:
    """Store `data` without near copies."""
    memo = pair_memo(data.store, "dedup.near", params.min_ratio)
    return run_filter(data, partial(mark_near_twins, memo=memo), params, MARKED)
