"""The rows of an experiment: who is held out, and what each arm may train on.

Arms are sets that are compared: the curated rows; the rows as they were before anything was dropped
(`raw`), drawn by strata; as many of them by chance alone (`random`); the curated rows of people's
alone, where some were made (`human`); and the curated rows with those back in that one stage
dropped (`without dedup.near`).

Held-out rows are curated ones of people's, unless there are too few of those. A row that says,
asks or answers almost the same as one of them is in no arm.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from tasks.base.draw import draw
from tasks.base.errors import UsageError
from tasks.base.memo import RowMemo
from tasks.base.text import answer, conversation, fold, prompt
from tasks.dedup.similar.pairs import similar_pairs
from tasks.scale.corpus import Corpus, Ints
from tasks.scale.defects import scramble
from tasks.scale.params import PlanParams
from tasks.scale.trainer import Held

MOST_HELD, LEAST_HELD = 600, 16
FEWEST = 64  # curated rows; with fewer there are no five sizes
LEAST = 24  # rows of another arm; a smaller one has no sets to draw
ALIKE, LONG = 0.8, 12  # similarity of prompts or answers alone, and words of an answer that counts
FEW_DROPPED = 0.01  # of the curated rows; a stage that dropped less is not left out
MOST_LEFT_OUT = 4


class Pool(NamedTuple):
    """Rows by number: those of the corpus from 0 on, and again with scrambled answers behind."""

    rows: pl.DataFrame  # id, source, stratum, is_human, in the order of the corpus
    corpus: Corpus
    held: Held
    arms: dict[str, Ints]  # rows of each, in no order
    curated: int  # rows that are left after curation
    near: int  # rows that are in no arm because they are near to a held-out one


def pool_of(
    raw: pl.LazyFrame, curated: pl.Series, dropped: Mapping[str, pl.Series], params: PlanParams,
    seed: int, memo: RowMemo | None = None,
) -> Pool:  # fmt: skip
    """Hold rows out, and share the others to arms.

    Args:
        raw: Rows before anything was judged.
        curated: Ids of those that are left.
        dropped: Ids of rows that are not, by the stage that dropped them.
        params: How many are held out.
        seed: Of who is held out.
        memo: Vectors of earlier runs.

    Raises:
        UsageError: There are too few curated rows for an experiment.
    """
    listed = raw.select(
        "id", "source", is_human=pl.col("origin") == "human", prompt=prompt(), answer=answer(),
        text=conversation(), messages="messages", asked=fold(prompt()),
    ).drop_nulls("answer").sort("id").collect()  # fmt: skip
    listed = listed.with_columns(stratum=_strata(listed), at=pl.int_range(pl.len()))
    mine = listed.filter(pl.col("id").is_in(curated.implode()))
    if mine.height < FEWEST:
        raise UsageError(
            f"an experiment on size takes at least {FEWEST} rows with an answer; {mine.height} are "
            "left after curation"
        )
    held = _held_out(mine, params, seed)
    near = _near(listed, held, params.similarity)
    out = pl.Series([*held, *near], dtype=pl.Int64).implode()
    free = listed.filter(~pl.col("at").is_in(out))
    corpus = Corpus(
        pl.concat([listed["prompt"], listed["prompt"]]),
        pl.concat([listed["answer"], scramble(listed["answer"], seed)]), memo, listed["messages"],
    )  # fmt: skip
    arms = _arms(free, curated, dropped if params.leave_out else {})
    if len(arms["curated"]) < FEWEST // 2:
        raise UsageError(
            f"of {mine.height} curated rows {len(held)} are held out, and {len(near)} rows say "
            f"almost what those say: {len(arms['curated'])} are left to train on, and it takes "
            f"{FEWEST // 2}. The set repeats itself; more of other kinds, or a higher "
            "scale.plan.similarity, would do"
        )
    rows = listed.select("id", "source", "stratum", "is_human", "at")
    return Pool(rows, corpus, Held(held), arms, mine.height, len(near))


def _strata(listed: pl.DataFrame) -> pl.Series:
    """Source and third by length of the prompt: what a draw keeps in proportion."""
    third = pl.col("prompt").str.len_chars().rank("ordinal") * 3 // (pl.len() + 1)
    return listed.select(pl.format("{}\n{}", "source", third)).to_series()


def order(rows: pl.DataFrame, seed: int, *, stratified: bool = True) -> Ints:
    """All of `rows` in an order of which every beginning is a sample, stratified or not."""
    stratum = pl.col("stratum") if stratified else pl.lit("")
    drawn = draw(rows.select("id", source=stratum), 0, seed).to_frame()
    found: Ints = drawn.join(rows, on="id", how="left", maintain_order="left")["at"].to_numpy()
    return found


def _held_out(mine: pl.DataFrame, params: PlanParams, seed: int) -> Ints:
    people = mine.filter("is_human")
    people = people if people.height >= FEWEST else mine
    wanted = min(MOST_HELD, max(LEAST_HELD, round(params.held_out * people.height)))
    return np.sort(order(people, seed)[:wanted])


def _near(listed: pl.DataFrame, held: Ints, similarity: float) -> Ints:
    """Rows that say almost what a held-out row says, or ask or answer so.

    Of short answers many are the same without a row being another's copy.
    """
    is_held = np.zeros(listed.height, dtype=bool)
    is_held[held] = True
    close = is_held.copy()
    is_long = pl.col("answer").str.count_matches(r"\S+") >= LONG
    answers = listed.select(pl.when(is_long).then("answer")).to_series()
    for texts, least in ((listed["text"], similarity), (listed["prompt"], ALIKE), (answers, ALIKE)):
        pairs = similar_pairs(texts, least)
        a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
        close[a[is_held[b]]] = True
        close[b[is_held[a]]] = True
    asks = listed.filter(pl.Series(is_held))["asked"]
    close |= listed["asked"].is_in(asks.implode()).to_numpy()
    return np.flatnonzero(close & ~is_held)


def _arms(
    free: pl.DataFrame, curated: pl.Series, dropped: Mapping[str, pl.Series]
) -> dict[str, Ints]:
    def at(chosen: pl.DataFrame) -> Ints:
        found: Ints = chosen["at"].to_numpy()
        return found

    mine = free.filter(pl.col("id").is_in(curated.implode()))
    arms = {"curated": at(mine)}
    if free.height > mine.height:
        arms |= {"raw": at(free), "random": at(free)}
    if not mine["is_human"].all() and mine["is_human"].any():
        arms["human"] = at(mine.filter("is_human"))
    back = {
        stage: free.filter(pl.col("id").is_in(pl.concat([curated, ids]).implode()))
        for stage, ids in dropped.items()
    }
    larger = {stage: rows for stage, rows in back.items()
              if rows.height - mine.height >= max(FEW_DROPPED * mine.height, 1)}  # fmt: skip
    most = sorted(larger, key=lambda stage: -larger[stage].height)[:MOST_LEFT_OUT]
    if len(most) > 1 or (most and larger[most[0]].height < free.height):
        arms |= {f"without {stage}": at(larger[stage]) for stage in most}
    return {name: rows for name, rows in arms.items() if name == "curated" or len(rows) >= LEAST}
