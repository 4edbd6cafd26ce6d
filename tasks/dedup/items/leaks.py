"""Rows of one table that hold items of another: a set and a test, or one split and another."""

from typing import NamedTuple

import polars as pl

from tasks.dedup.items.rephrased import READ, Limits, rephrased
from tasks.dedup.items.search import LEAKS, RANK, in_words, search, surest, turns_of


class Search(NamedTuple):
    """How items are looked for; see `tasks.dedup.protected.ProtectedParams`."""

    share: float = 0.4
    rephrased: bool = True
    cosine: float = 0.74
    similarity: float = 0.84
    minilm: bool = False
    store: str | None = None  # where vectors are remembered


USUAL = Search()


def leaks(rows: pl.LazyFrame, items: pl.DataFrame, how: Search = USUAL) -> pl.DataFrame:
    """Rows that hold an item.

    Args:
        rows: Rows of the table.
        items: See `tasks.dedup.items.read.ITEMS`; `items_of_rows` makes them of rows.
        how: Limits.

    Returns:
        One line per row that leaks, as `LEAKS` says, in the order of the rows.
    """
    return look_for(rows, items, how)[0]


def look_for(
    rows: pl.LazyFrame, items: pl.DataFrame, how: Search
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows that hold an item, and how many pairs were looked at."""
    turns = turns_of(rows)
    held = search(turns, items, how.share)
    looked = {"candidates": held.candidates, "candidates_by_meaning": 0}
    if not how.rephrased:
        return held.leaks, looked
    following = pl.col("text").shift(-1).over("row").fill_null("")
    asked = turns.with_columns(behind=following).filter(
        pl.col("role") == "user",
        pl.col("text").str.len_chars().is_between(*READ),
        ~pl.col("row").is_in(held.leaks["row"].implode()),
    )
    read = in_words(items, list(range(items.height)))
    limits = Limits(how.cosine, how.similarity)
    said, looked["candidates_by_meaning"] = rephrased(
        asked, items, read, limits, how.store, how.minilm
    )
    lines = [
        (asked["row"][one.at], items["name"][one.item], items["file"][one.item], RANK[2], one.sure,
         one.sure, asked["turn"][one.at], 0, len(asked["text"][one.at]))
        for one in said
    ]  # fmt: skip
    found = pl.concat([held.leaks, pl.DataFrame(lines, schema=LEAKS, orient="row")])
    return surest(found), looked
