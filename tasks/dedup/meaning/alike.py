"""Rows that are near by meaning: how they are found, and what is said of each pair."""

import numpy as np
import polars as pl

from tasks.base.memo import RowMemo
from tasks.base.text import answer, fold, prompt, words
from tasks.dedup.compare import context, rank
from tasks.dedup.meaning.paraphrase import Reading, is_told, judge, read
from tasks.dedup.meaning.word_vectors import WordVectors
from tasks.dedup.semantic_params import SemanticDedupParams
from tasks.embed.approximate import approximate_pairs
from tasks.embed.encoders import encoder_of
from tasks.embed.neighbours import Near, Side, cosines, near_pairs
from tasks.embed.vectors import Encoder, Vectors, embed

JUDGED = pl.Schema(
    {
        "a": pl.Int64,
        "b": pl.Int64,
        "prompt_cosine": pl.Float64,
        "answer_cosine": pl.Float64,
        "minilm_cosine": pl.Float64,  # the lesser of the two; null: not read by MiniLM
        "verdict": pl.String,
    }
)


def listed_of(rows: pl.LazyFrame, params: SemanticDedupParams) -> pl.DataFrame:
    """What is compared of each row that has a prompt, the row to survive first.

    Returns:
        Columns id, place (in `rows`), asked, told (empty for none), folded (`told`), context, and
        `same`: where in this list stands the first row that asks and tells the same.
    """
    asked, told = prompt(), answer().fill_null("")
    listed = rows.select(
        "id", place=pl.int_range(pl.len()), asked=asked, told=told, folded=fold(told),
        context=context(), order=rank(params),
    )  # fmt: skip
    ordered = listed.filter(pl.col("asked").str.strip_chars() != "").sort("order").drop("order")
    placed = ordered.with_columns(at=pl.int_range(pl.len()))
    first = pl.col("at").first().over("asked", "folded", "context")
    return placed.with_columns(same=first).drop("at").collect()


def alike(listed: pl.DataFrame, params: SemanticDedupParams, memo: RowMemo | None) -> Near:
    """Pairs that are near in prompt and answer, a before b, of distinct rows.

    Of rows that ask and tell the same word for word only the first is compared, and the others are
    paired with it: equal rows are as many pairs as rows.
    """
    is_first = listed["same"] == pl.int_range(listed.height, eager=True)
    firsts = np.flatnonzero(is_first.to_numpy())
    sides = _sides(listed[firsts], params, memo)
    search = near_pairs if len(firsts) < params.exact_below else approximate_pairs
    found = search(sides, params.most_pairs)
    names = {"cosine_0": "prompt_cosine", "cosine_1": "answer_cosine"}
    near = found.pairs.rename(names).with_columns(
        pl.Series(side, firsts[found.pairs[side].to_numpy()], pl.Int64) for side in ("a", "b")
    )
    equal = listed.select(a="same", b=pl.int_range(pl.len())).filter(pl.col("a") != pl.col("b"))
    both = equal.with_columns(prompt_cosine=1.0, answer_cosine=1.0).select(near.columns)
    return Near(pl.concat([near, both]).sort("b", "a"), found.left_out)


def _sides(listed: pl.DataFrame, params: SemanticDedupParams, memo: RowMemo | None) -> list[Side]:
    """Vectors of prompts and answers; equal answers have one, and so have rows without any."""
    encoder = encoder_of("static")
    asked = embed(listed["asked"], encoder, memo)
    first = listed.select(pl.col("told").min().over("folded")).to_series()
    told = embed(first, encoder, memo)
    unsaid = ~told.any(axis=1, keepdims=True) & (listed["folded"] == "").to_numpy()[:, None]
    answered = np.hstack([told, unsaid.astype(np.float32)])
    return [Side(asked, params.min_prompt), Side(answered, params.min_answer)]


def judged(
    listed: pl.DataFrame, near: pl.DataFrame, params: SemanticDedupParams, memo: RowMemo | None
) -> pl.DataFrame:
    """`near` with a verdict on each pair (`JUDGED`).

    Args:
        listed: See `listed_of`.
        near: See `alike`.
        params: How strict the verdict is, and whether MiniLM is asked.
        memo: MiniLM's vectors of earlier runs.
    """
    readings = _readings(listed, {*near["a"], *near["b"]})
    is_quick = params.verify == "none"
    told = (
        WordVectors(_words(readings), encoder_of("static"), params.min_word) if is_quick else None
    )
    said = [judge(readings[a], readings[b], told) for a, b in near.select("a", "b").iter_rows()]
    minilm = pl.lit(None, pl.Float64)
    found = near.with_columns(minilm_cosine=minilm, verdict=pl.Series(said, dtype=pl.String))
    if not is_quick:
        sure = [is_told(readings[a], readings[b]) for a, b in near.select("a", "b").iter_rows()]
        asked = pl.Series([not s for s in sure]) & (found["verdict"] == "same")
        found = pl.concat(
            [found.filter(~asked), _verified(listed, found.filter(asked), params, memo)]
        )
        found = found.sort("b", "a")
    return found.select(JUDGED.names())


def _readings(listed: pl.DataFrame, places: set[int]) -> dict[int, Reading]:
    wanted = sorted(places)
    rows = listed[wanted].with_columns(prompt=words(pl.col("asked")), answer=words(pl.col("told")))
    # a Python loop: the guard looks at words one by one, and only rows with a pair are read
    return {place: read(row) for place, row in zip(wanted, rows.iter_rows(named=True), strict=True)}


def _words(readings: dict[int, Reading]) -> set[str]:
    return {w for one in readings.values() for side in (one.prompt, one.answer) for w in side.words}


def _verified(
    listed: pl.DataFrame, passed: pl.DataFrame, params: SemanticDedupParams, memo: RowMemo | None
) -> pl.DataFrame:
    """`passed`, pairs that no rule told apart, with what MiniLM says of them."""
    encoder, least = encoder_of("minilm"), params.min_verified
    cosine = np.minimum(
        *(_cosine(listed[column], passed, encoder, memo) for column in ("asked", "folded"))
    )
    return passed.with_columns(minilm_cosine=pl.Series(cosine, dtype=pl.Float64)).with_columns(
        verdict=pl.when(pl.col("minilm_cosine") < least).then(pl.lit("unlike")).otherwise("verdict")
    )


def _cosine(
    texts: pl.Series, pairs: pl.DataFrame, encoder: Encoder, memo: RowMemo | None
) -> np.ndarray:
    """MiniLM's cosine of each pair of places in `texts`; 1 where both are equal."""
    a, b = (pairs[side].to_numpy() for side in ("a", "b"))
    other = (texts[a] != texts[b]).to_numpy()
    cosine = np.ones(len(a))
    if other.any():
        some = np.unique(np.concatenate([a[other], b[other]]))
        vectors: Vectors = embed(texts[some], encoder, memo)
        at = (np.searchsorted(some, side[other]) for side in (a, b))
        cosine[other] = cosines(vectors, *at)
    return cosine
