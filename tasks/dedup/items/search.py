"""Find items of one table in the rows of another, word for word or nearly so."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from tasks.base.text import turns, words
from tasks.dedup.guard.signs import symbols
from tasks.dedup.items.answered import Item
from tasks.dedup.items.holding import BEHIND, Stretch, stretch_of, weigh
from tasks.dedup.items.rarity import Spoken, candidates, gram_table, meet, spoken
from tasks.dedup.items.spans import characters

LEAKS = pl.Schema(
    {
        "row": pl.UInt32(),  # place in the rows
        "item": pl.String(),  # its name
        "file": pl.String(),
        "reason": pl.String(),
        "share": pl.Float64(),  # of what the item tells
        "sure": pl.Float64(),
        "turn": pl.UInt32(),  # from 0
        "start": pl.Int64(),  # characters of the turn
        "end": pl.Int64(),
    }
)
FORMULA = 30  # words of an item that other signs make another
RANK = ("protected_exact", "protected_near", "protected_rephrased")


class Searched(NamedTuple):
    """What was found, and among how much."""

    leaks: pl.DataFrame  # one line per row, the surest
    candidates: int


class _Rows(NamedTuple):
    said: Spoken
    turns: pl.DataFrame
    end: np.ndarray[Any, np.dtype[np.int64]]  # of each turn, the place behind its row's last word


def search(listed: pl.DataFrame, items: pl.DataFrame, least: float = 0.4) -> Searched:
    """Rows that hold an item word for word or nearly so.

    Args:
        listed: Every turn of every row, from `turns_of`.
        items: See `tasks.dedup.items.read.ITEMS`.
        least: Share of what an item tells that a row must have to be looked at.
    """
    texts = _rows(listed)
    table = gram_table(spoken(items["question"]))
    hits = meet(texts.said, listed["row"].to_numpy(), table)
    pairs = candidates(hits, table, least)
    found = [line for line in _verified(pairs, hits, table, texts, items) if line]
    return Searched(surest(_spanned(found, listed, items)), pairs.height)


def turns_of(rows: pl.LazyFrame) -> pl.DataFrame:
    """Every turn of every row: row, turn, role, text."""
    listed = rows.select(
        row=pl.int_range(pl.len(), dtype=pl.UInt32), text=turns(),
        role=pl.col("messages").list.eval(pl.element().struct.field("role")),
    )  # fmt: skip
    long = listed.explode("text", "role").drop_nulls("text")
    return long.with_columns(turn=pl.int_range(pl.len(), dtype=pl.UInt32).over("row")).collect()


def surest(found: pl.DataFrame) -> pl.DataFrame:
    """One line per row: exact before near before rephrased, then the surest, then by name."""
    rank = pl.col("reason").replace_strict(RANK, range(len(RANK)), return_dtype=pl.Int32)
    order = [rank, -pl.col("sure"), pl.col("start") - pl.col("end"), pl.col("item")]
    return found.sort("row", *order).unique("row", keep="first", maintain_order=True)


def _rows(listed: pl.DataFrame) -> _Rows:
    said = spoken(listed["text"])
    last = np.searchsorted(listed["row"].to_numpy(), listed["row"].to_numpy(), side="right")
    return _Rows(said, listed, said.start[last])


def _verified(
    pairs: pl.DataFrame, hits: pl.DataFrame, table: pl.DataFrame, texts: _Rows, items: pl.DataFrame
) -> Iterator[tuple[Any, ...] | None]:
    """A line of `LEAKS` for each pair that is one. A loop, for few pairs are left by now."""
    read = in_words(items, pairs["item"].unique().sort().to_list())
    places = (
        pairs.join(table.select("item", "gram", "at"), on="item")
        .join(hits, on=["row", "gram"])
        .group_by("row", "item", "text")
        .agg("place", "at", has=pl.col("at").n_unique(), share=pl.col("share").first(),
             tells=pl.col("tells").first())
        .sort("row", "item", "has", "text", descending=[False, False, True, False])
        .unique(["row", "item"], keep="first", maintain_order=True)
    )  # fmt: skip
    for pair in places.iter_rows(named=True):
        item = read[pair["item"]]
        yield _look(pair, item, texts, items["file"][pair["item"]])


def _look(pair: dict[str, Any], item: Item, texts: _Rows, file: str) -> tuple[Any, ...] | None:
    said, text = texts.said, pair["text"]
    low, high = int(said.start[text]), int(said.start[text + 1])
    start, stop = stretch_of(np.array(pair["place"]), np.array(pair["at"]), len(item.words))
    start, stop = max(start, low), min(stop, high)
    behind = said.words[stop : min(stop + BEHIND, int(texts.end[text]))].to_list()
    found = Stretch(said.words[start:stop].to_list(), behind, high - low)
    verdict = weigh(item, found, pair["share"], pair["tells"])
    if verdict is None:
        return None
    return (pair["row"], item.name, file, verdict.reason, pair["share"], verdict.sure,
            texts.turns["turn"][text], start - low, stop - start, text, pair["item"])  # fmt: skip


def _spanned(
    found: list[tuple[Any, ...]], turns: pl.DataFrame, items: pl.DataFrame
) -> pl.DataFrame:
    """What was found with its spans in characters, without formulas that have other signs."""
    said = turns["text"].gather([line[-2] for line in found])
    asked = items["question"].gather([line[-1] for line in found])
    spans = characters(said, [line[7] for line in found], [line[8] for line in found])
    own = characters(asked, [0] * len(found), [len(one) for one in asked])
    lines = [
        (*line[:7], *span)
        for line, text, span, item, whole in zip(found, said, spans, asked, own, strict=True)
        if line[8] > FORMULA or _signs(text, span) == _signs(item, whole)
    ]
    return pl.DataFrame(lines, schema=LEAKS, orient="row")


def _signs(text: str, span: tuple[int, int]) -> tuple[str, ...]:
    """The operators between the words of a span; the words do not show them."""
    return symbols(text[span[0] : span[1]].replace("−", "-"))[0]


def in_words(items: pl.DataFrame, wanted: list[int]) -> dict[int, Item]:
    """The items at the places `wanted` in words."""
    told = pl.col("answer").fill_null("")
    bare = words(pl.col("question")).list.eval(pl.element().str.strip_chars("_"))
    chosen = items[wanted].select(
        "name", "question", bare.alias("words"),
        answer=words(told),
        final=words(pl.when(told.str.contains("####", literal=True))
                    .then(told.str.split("####").list.last()).otherwise(pl.lit(""))),
        choices=pl.col("choices").fill_null(pl.lit([], pl.List(pl.String)))
        .list.eval(words(pl.element())),
    )  # fmt: skip
    return {at: Item(*line) for at, line in zip(wanted, chosen.iter_rows(), strict=True)}
