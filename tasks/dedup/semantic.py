"""Drop conversations that say what another one says in other words.

Prompt and answer are embedded apart, and a pair is looked at only if both are near: two prompts
with one answer may be two tasks, and one prompt with two answers is a contradiction. Rows without
answers compare prompts alone. Near pairs are all found (`tasks.embed.neighbours`; above
`exact_below` rows all but a few, `tasks.embed.approximate`), then judged by what vectors are known
to miss (`tasks.dedup.meaning.paraphrase`), and if asked for read again by MiniLM. Each survivor
claims the rows near to itself, as in `dedup.near`.

Off unless switched on: other words for the same thing may be the variety that a set is paid for.
What it is for is sets that were translated there and back, evolved or written by models, where the
same task stands many times.

It knows what its encoder knows. Static vectors and MiniLM read English: a row and its translation
are not near (Russian: a cosine of 0.1, 0.5 at most), and paraphrases in other languages are seldom
found.

Why: SemDeDup (Abbas et al. 2023, arXiv:2303.09540) halves a set at little loss by vectors alone;
SemHash does so for instructions. Neither asks whether a number differs.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandera.polars as pa
import polars as pl
from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.memo import RowMemo
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_filter
from tasks.base.table import marks
from tasks.dedup.families import Pairs, claims
from tasks.dedup.meaning.alike import JUDGED, alike, judged, listed_of
from tasks.dedup.semantic_params import SemanticDedupParams
from tasks.embed import encoders
from tasks.embed.encoders import EncoderName, encoder_of
from tasks.embed.vectors import memory

ENGINES = (*encoders.ENGINES, "usearch")
REASONS = {"semantic_duplicate": "another row says the same in other words"}

MARKED = marks(
    tuple(REASONS),
    {
        "drop_twin_of": pa.Column(pl.String, nullable=True),
        "drop_score": pa.Column(pl.Float64, pa.Check.in_range(0, 1), nullable=True),
        "drop_detail": pa.Column(pl.String, nullable=True),
    },
)

MARKS = {name: MARKED.columns[name].dtype.type for name in MARKED.columns if name != "id"}
EVIDENCE = pl.Schema({**JUDGED, "a": pl.String(), "b": pl.String()})


class Memos(NamedTuple):
    """Vectors of earlier runs."""

    static: RowMemo | None = None
    minilm: RowMemo | None = None


NOTHING = Memos()  # remembered


def mark_semantic_twins(
    rows: pl.LazyFrame, params: SemanticDedupParams, memos: Memos = NOTHING
) -> Outcome:
    """Mark every row that means what another one means: its survivor, and how near both are.

    Args:
        rows: Conversations.
        params: How near, and who verifies.
        memos: Vectors of earlier runs.

    Returns:
        All rows in order; the score is the lesser cosine of prompts and of answers. The evidence
        lists every pair that was looked at. Figures: `pairs`, `twin_pairs`, and `pairs_left_out`,
        pairs of rows that have more than `most_pairs` near to them.

    Raises:
        UsageError: An encoder or the index of neighbours is needed and not installed.
    """
    if not params.enabled:
        nothing = (pl.lit(None, kind).alias(name) for name, kind in MARKS.items())
        return Outcome(rows.with_columns(nothing))
    listed = listed_of(rows, params)
    near = alike(listed, params, memos.static)
    pairs = judged(listed, near.pairs, params, memos.minilm)
    twins = pairs.filter(verdict="same")
    ids = listed["id"].to_list()
    lost = _marks(listed, _claimed(listed["same"], twins.drop("verdict", "minilm_cosine")))
    marked = rows.select(place=pl.int_range(pl.len())).join(
        lost.lazy(), on="place", how="left", maintain_order="left"
    )
    figures = {
        "pairs": pairs.height, "twin_pairs": twins.height, "pairs_left_out": near.left_out
    }  # fmt: skip
    evidence = pairs.with_columns(
        pl.Series(side, [ids[at] for at in pairs[side]], pl.String) for side in ("a", "b")
    )
    return Outcome(pl.concat([rows, marked.drop("place")], how="horizontal"), {**figures}, evidence)


def _claimed(same: pl.Series, twins: pl.DataFrame) -> pl.DataFrame:
    """Survivor of every row that goes; a copy goes where its first goes, or with its first."""
    copies = pl.DataFrame({"same": same}).with_row_index("row").cast(pl.Int64)
    copies = copies.filter(pl.col("row") != pl.col("same"))
    theirs_out = twins.join(copies, left_on="b", right_on="row", how="anti")
    a, b = (theirs_out[side].to_numpy() for side in ("a", "b"))
    pairs = Pairs(a, b, np.ones(len(a)))
    lost = claims(pairs, np.arange(len(same)), lambda _: True, "survivor")
    cosines = theirs_out.drop("a", "b")[[one.pair for one in lost.values()]]
    who = {"row": [*lost], "survivor": [one.survivor for one in lost.values()]}
    found = pl.DataFrame(who, dict.fromkeys(who, pl.Int64)).hstack(cosines)
    theirs = copies.join(found, left_on="same", right_on="row", how="left").select(
        "row", pl.coalesce("survivor", "same"), pl.col(*found.columns[2:]).fill_null(1)
    )
    return pl.concat([found, theirs])


def _marks(listed: pl.DataFrame, claimed: pl.DataFrame) -> pl.DataFrame:
    """Place and marks of the rows that are claimed."""
    ids, places = listed["id"].to_list(), listed["place"].to_list()
    lines = [
        (places[row], "semantic_duplicate", ids[survivor], min(asked, told, 1.0),
         f"prompts {asked:.2f}, answers {told:.2f} alike by meaning")
        for row, survivor, asked, told in claimed.iter_rows()
    ]  # fmt: skip
    return pl.DataFrame(lines, {"place": listed.schema["place"], **MARKS}, orient="row")


@task(
    name="dedup.semantic", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def dedup_semantic(data: DatasetRef, params: SemanticDedupParams) -> StageResult:
    """Store `data` without rows that mean what another one means."""
    names: tuple[EncoderName, ...] = (
        ("static", "minilm") if params.verify == "minilm" else ("static",)
    )
    memos = (
        Memos(*(memory(data.store, encoder_of(n)) for n in names)) if params.enabled else NOTHING
    )
    return run_filter(data, partial(mark_semantic_twins, memos=memos), params, MARKED)
