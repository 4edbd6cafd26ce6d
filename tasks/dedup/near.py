"""Drop conversations that say what another one says in almost the same words.

Candidates are all pairs whose word shingles have a Jaccard similarity of at least `threshold`
(found exactly, see `tasks.dedup.pairs`). A candidate is a twin only if RapidFuzz's similarity of
the two texts is high enough and the guard (`tasks.dedup.guard`) finds no number, word or answer
that tells them apart. Contradictions, the same prompt with another answer, are never merged.

The survivor is the row of the source named first; then the one with the fewest odd pairs of words
(`tasks.dedup.oddity`), for of two texts that say the same one is often the other with slips; then
the longest, then the smallest id. Each survivor claims the rows that are near to itself, in the
order of preference; being near to a row that was dropped is not enough, so no chain of small
steps can lose a row.
"""

import pandera.polars as pa
import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import DROP_REASON, marks
from tasks.base.text import answer, prompt
from tasks.dedup.compare import TwinParams, compared, context, preference
from tasks.dedup.families import claim
from tasks.dedup.look import Texts, look
from tasks.dedup.oddity import odd_pairs
from tasks.dedup.pairs import similar_pairs, words

REASONS = {"near_duplicate": "another row says the same in almost the same words"}

MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(0, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)

PREFERENCE = ("source", "size", "id")  # what `preference` sorts by
SAME = {"a": pl.Int64, "b": pl.Int64, "jaccard": pl.Float64, "ratio": pl.Float64}
EVIDENCE = pl.Schema(
    {
        "a": pl.String,
        "b": pl.String,
        "jaccard": pl.Float64,
        "ratio": pl.Float64,
        "verdict": pl.String,
    }
)


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
        description="Similarity of the two texts character by character, in percent.",
    )  # fmt: skip


def mark_near_twins(rows: pl.LazyFrame, params: NearDedupParams) -> Outcome:
    """Mark every near twin with its survivor, the similarity and RapidFuzz's ratio.

    The evidence lists every pair that was looked at, twins or not, with what told them apart.
    """
    listed = rows.select(
        **dict(zip(PREFERENCE, preference(params.prefer_sources), strict=True)),
        text=compared(params.compare),
        asked=prompt(),
        context=context() if params.compare == "conversation" else pl.lit(""),
        prompt=words(prompt()),
        answer=words(answer().fill_null("")),
        told=answer().fill_null(""),
    ).collect()
    listed = listed.with_columns(
        odd=odd_pairs(listed.select(pl.concat_list("prompt", "answer")).to_series())
    ).with_columns(order=pl.struct("source", "odd", "size", "id").rank("ordinal"))
    texts = listed["text"] if params.enabled else listed["text"].clear()
    found = similar_pairs(texts, params.threshold, params.shingle_words)
    texts_of = Texts(listed, {*found["a"], *found["b"]})
    pairs = [look(texts_of, pair, params.min_ratio) for pair in found.iter_rows()]
    same = pl.DataFrame([p[:4] for p in pairs if p.verdict == "same"], SAME, orient="row")
    claimed = claim(listed["order"].to_list(), same)
    twin_of = {row: twin for row, *twin in claimed.iter_rows()}
    twins = [twin_of.get(row) for row in range(listed.height)]
    ids = listed["id"]
    marks = pl.DataFrame(
        {
            DROP_REASON: ["near_duplicate" if t else None for t in twins],
            "drop_twin_of": [ids[t[0]] if t else None for t in twins],
            "drop_score": [t[1] if t else None for t in twins],
            "drop_detail": [f"RapidFuzz ratio {t[2]:.0f} %" if t else None for t in twins],
        },
        schema={c: MARKED.columns[c].dtype.type for c in list(MARKED.columns) if c != "id"},
    )
    evidence = pl.DataFrame(
        [(ids[p.a], ids[p.b], p.jaccard, p.ratio, p.verdict) for p in pairs],
        schema=EVIDENCE, orient="row",
    )  # fmt: skip
    figures = {"pairs": len(pairs), "twin_pairs": sum(p.verdict == "same" for p in pairs)}
    marked = pl.concat([rows, marks.lazy()], how="horizontal")
    return Outcome(marked, figures={**figures}, evidence=evidence)


@task(
    name="dedup.near", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_near(data: DatasetRef, params: NearDedupParams) -> StageResult:
    """Store `data` without near copies."""
    return run_filter(data, mark_near_twins, params, MARKED)
