"""Name contradictions: rows that ask the same and answer differently.

Two rows contradict each other when their prompts are equal once folded, or nearly so (similar by
words or, where short, by letters, and nothing that the guard knows tells them apart), and their
answers are not. All of them stay here, because only a person or a judge can tell which is right,
or whether a prompt simply has many good answers; `tasks.dedup.settle` does what it is told.

`score_conflict` names the family: the smallest id of the rows that share the prompt.
`score_conflict_kind` says in what they differ: `formats` where one answers in JSON, code, a list,
a number or a word and another does not, else `answers`.
"""

from functools import partial

import numpy as np
import numpy.typing as npt
import polars as pl
from prefect import task
from pydantic import Field

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_score
from tasks.base.text import answer, prompt
from tasks.dedup.exact import normalised
from tasks.dedup.guard.judged import Judged
from tasks.dedup.guard.looked import pair_memo
from tasks.dedup.similar.short import similar_texts

Ints = npt.NDArray[np.int64]
RATIO = 80  # of RapidFuzz, below which two prompts are unlike


class ConflictParams(StageParams):
    """Whether to look for contradictions, and among which prompts."""

    enabled: bool = Field(
        default=True, title="Report contradictions", description="Run this stage."
    )
    similarity: float = Field(
        default=0.8, gt=0.2, le=1, title="Least similarity of prompts",
        description="Jaccard similarity of the word shingles of two prompts that may be the same; "
        "1: only prompts that are equal once folded.",
    )  # fmt: skip


def form(told: pl.Expr) -> pl.Expr:
    """In what form an answer is: json, code, list, number, word or text."""
    text = told.str.strip_chars()
    return (
        pl.when(text.str.contains(r"(?s)^(?:\{.*\}|\[.*\])$")).then(pl.lit("json"))
        .when(text.str.contains(r"(?m)^```")).then(pl.lit("code"))
        .when(text.str.contains(r"(?m)^\s*(?:[-*•]|\d+[.)])\s.*\n\s*(?:[-*•]|\d+[.)])\s"))
        .then(pl.lit("list"))
        .when(text.str.contains(r"^[-+$€£]?[\d.,]+ ?%?$")).then(pl.lit("number"))
        .when(text.str.contains(r"^\S+$")).then(pl.lit("word"))
        .otherwise(pl.lit("text"))
    )  # fmt: skip


def score_conflicts(
    rows: pl.LazyFrame, params: ConflictParams, memo: RowMemo | None = None
) -> Outcome:
    """Add the id of the row's family of contradictions and in what they differ, or null."""
    if not params.enabled:
        nothing = pl.lit(None, pl.String)
        return Outcome(rows.with_columns(score_conflict=nothing, score_conflict_kind=nothing))
    listed = rows.select(
        "id",
        raw=prompt(), asked=normalised(prompt()), told=answer(),
        tools=pl.col("tools").fill_null(""), roles=_roles(),
    ).collect()  # fmt: skip
    listed = _answers(listed.with_columns(group=_groups(listed, params.similarity, memo)))
    several = pl.col("told").drop_nulls().n_unique().over("group") > 1
    is_one = several & (pl.col("asked") != "") & pl.col("told").is_not_null()
    family = pl.when(is_one).then(pl.col("id").min().over("group", is_one))
    unlike = pl.col("form").drop_nulls().n_unique().over("group", is_one) > 1
    kind = pl.when(is_one).then(
        pl.when(unlike).then(pl.lit("formats")).otherwise(pl.lit("answers"))
    )
    scores = listed.select(score_conflict=family, score_conflict_kind=kind)
    by_kind = scores.drop_nulls().group_by("score_conflict_kind").agg(
        pl.col("score_conflict").n_unique()
    )  # fmt: skip
    counted = dict(by_kind.iter_rows())
    figures = {
        "families": sum(counted.values()),
        "rows": int(scores["score_conflict"].count()),
        "formats": counted.get("formats", 0),
    }
    return Outcome(pl.concat([rows, scores.lazy()], how="horizontal"), figures={**figures})


def _answers(listed: pl.DataFrame) -> pl.DataFrame:
    """The same with `told` normalised and `form`, both null where nobody else asks the same."""
    asked_again = pl.col("group").is_duplicated()
    some = listed.with_row_index("at").filter(asked_again).select(
        "at", form=form(pl.col("told")), told=normalised(pl.col("told"))
    )  # fmt: skip
    placed = listed.drop("told").with_row_index("at")
    return placed.join(some, on="at", how="left", maintain_order="left").drop("at")


def _roles() -> pl.Expr:
    """Who says what: a system turn is no question."""
    role = pl.element().struct.field("role")
    return pl.col("messages").list.eval(role).list.join(" ")


def _groups(listed: pl.DataFrame, similarity: float, memo: RowMemo | None) -> pl.Series:
    """A number per row, the same for rows that ask the same."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = listed.height
    placed = listed.with_row_index("b").select(
        "b", a=pl.col("b").first().over("asked", "tools", "roles")
    )
    edges = [placed.select("a", "b").to_numpy()]
    if similarity < 1:
        edges.append(_near(listed, placed["a"], similarity, memo))
    a, b = np.concatenate(edges).T
    _, labels = connected_components(coo_matrix((np.ones(len(a)), (a, b)), (n, n)), directed=False)
    return pl.Series(labels)


def _near(listed: pl.DataFrame, same: pl.Series, similarity: float, memo: RowMemo | None) -> Ints:
    """Pairs of rows whose prompts are nearly the same; of equal ones the first stands for all."""
    first = same.unique().sort()
    asked = listed[first].select(
        text="raw", folded="asked", asked="raw", told=pl.lit(""),
        context=pl.concat_str("tools", "roles", separator="\x1f"), by_id="id",
    )  # fmt: skip
    found = similar_texts(asked["text"], similarity)
    judged = Judged(found, asked, RATIO, memo)
    chosen = [at for at in range(found.height) if judged.same(at)]
    judged.remember()
    pairs = found[chosen].select(first.gather(found[chosen][c]).alias(c) for c in ("a", "b"))
    return pairs.to_numpy().reshape(-1, 2)


@task(
    name="dedup.conflict", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def report_conflicts(data: DatasetRef, params: ConflictParams) -> StageResult:
    """Store `data` with its contradictions named."""
    memo = pair_memo(data.store, "dedup.conflict", RATIO)
    return run_score(data, partial(score_conflicts, memo=memo), params)
