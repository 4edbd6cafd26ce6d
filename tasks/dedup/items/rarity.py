"""Which rows share runs of words with which items, and how much each run tells.

A gram is a run of three words inside one turn. Candidates are pairs of a row and an item that
share enough of the item's *own* grams: those that few other items have, so that the frame of a
thousand questions ("which of the following") brings nobody together. What a gram tells is one
over the number of texts that have it, items and rows: a licence or a famous line in fifty rows
tells next to nothing. Rows that hold the item itself are not counted, else an item that was
planted fifty times would hide itself by being common.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.text import words

GRAM = 3  # words
FEW = 8  # items that may share a gram before it is nobody's own
MOST = 200  # the same for an item that has no rarer gram
SHARED = 0.25  # of an item's own grams that a candidate has
HOLDS = 0.5  # of an item's grams in a row that is taken to hold the item
FILTER = 22  # bits of the filter before the search

Hashes = npt.NDArray[np.uint64]


class Spoken(NamedTuple):
    """Texts as one run of words."""

    words: pl.Series
    hashes: Hashes
    text: npt.NDArray[np.int64]  # which text each word stands in
    start: npt.NDArray[np.int64]  # place of the first word of each text, and behind the last


def spoken(texts: pl.Series) -> Spoken:
    """The words of n texts; null has none."""
    listed = pl.DataFrame({"text": texts}).select(said=words(pl.col("text").fill_null("")))
    sizes = listed["said"].list.len().to_numpy().astype(np.int64)
    flat = listed["said"].explode(empty_as_null=False).str.strip_chars("_")  # emphasis
    return Spoken(flat, flat.hash(0).to_numpy(), np.repeat(np.arange(len(sizes)), sizes),
                  np.r_[0, np.cumsum(sizes)].astype(np.int64))  # fmt: skip


def grams(said: Spoken) -> tuple[Hashes, npt.NDArray[np.int64]]:
    """The grams of all texts, and the place of each one's first word."""
    if said.hashes.size < GRAM:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    mixed = np.zeros(said.hashes.size - GRAM + 1, np.uint64)
    for step in range(GRAM):
        mixed = mixed * np.uint64(0x9FB21C651E98DF25) + said.hashes[step : step + mixed.size]
        mixed ^= mixed >> np.uint64(29)
    inside = np.flatnonzero(said.text[: mixed.size] == said.text[GRAM - 1 :])
    return mixed[inside], inside


def gram_table(items: Spoken) -> pl.DataFrame:
    """Every gram of every item once: item, gram, at (words into the item), items (that have it)."""
    found, place = grams(items)
    owner = items.text[place]
    table = pl.DataFrame({"item": owner, "gram": found, "at": place - items.start[owner]})
    once = table.unique(["item", "gram"], keep="first", maintain_order=True)
    return once.with_columns(items=pl.len().over("gram"))


def meet(rows: Spoken, row_of: npt.NDArray[np.int64], table: pl.DataFrame) -> pl.DataFrame:
    """Where the rows have a gram of an item: row, text, place, gram."""
    keys = table["gram"].unique().sort().to_numpy()
    found, place = grams(rows)
    mask = np.uint64((1 << FILTER) - 1)
    known = np.zeros(1 << FILTER, bool)
    known[keys & mask] = True
    maybe = np.flatnonzero(known[found & mask])
    at = np.minimum(np.searchsorted(keys, found[maybe]), max(keys.size - 1, 0))
    hit = maybe[keys[at] == found[maybe]] if keys.size else maybe[:0]
    text = rows.text[place[hit]]
    return pl.DataFrame(
        {"row": row_of[text], "text": text, "place": place[hit], "gram": found[hit]}
    )


def candidates(hits: pl.DataFrame, table: pl.DataFrame, least: float) -> pl.DataFrame:
    """Pairs of a row and an item that may be one, with what they share.

    Args:
        hits: From `meet`.
        table: From `gram_table`.
        least: Share of the item, by what its grams tell, that must stand in the row.

    Returns:
        row, item, share (of what the item's grams tell), tells (grams of the item by what they
        tell where no row counts that holds it), sorted by row and item.
    """
    rarest = pl.col("items").min().over("item").clip(FEW, MOST)
    own = table.filter(pl.col("items") <= rarest)
    sizes = table.group_by("item").agg(pl.len().alias("all"))
    owned = own.group_by("item").agg(pl.len().alias("own"))
    in_rows = hits.select("row", "gram").unique()
    met = in_rows.join(own.select("item", "gram"), on="gram").group_by("row", "item").len("met")
    pairs = met.join(owned, on="item").filter(pl.col("met") >= SHARED * pl.col("own"))
    shared = pairs.select("row", "item").join(table, on="item").join(
        in_rows, on=["row", "gram"], how="semi"
    )  # fmt: skip
    held = shared.group_by("row", "item").len("has").join(sizes, on="item")
    whole = held.filter(pl.col("has") == pl.col("all")).group_by("item").len("whole")
    holding = held.filter(pl.col("has") >= HOLDS * pl.col("all")).group_by("item").len("holding")
    weighed = (
        table.join(in_rows.group_by("gram").len("rows"), on="gram", how="left")
        .join(whole, on="item", how="left")
        .join(holding, on="item", how="left")
        .with_columns(pl.col("rows", "whole", "holding").fill_null(0).cast(pl.Int64))
        .with_columns(weight=_tells("whole"), rare=_tells("holding"))
    )
    totals = weighed.group_by("item").agg(total=pl.col("weight").sum(), tells=pl.col("rare").sum())
    got = (
        shared.join(weighed.select("item", "gram", "weight"), on=["item", "gram"])
        .group_by("row", "item").agg(got=pl.col("weight").sum())
    )  # fmt: skip
    rated = got.join(totals, on="item").with_columns(share=pl.col("got") / pl.col("total"))
    chosen = rated.filter(pl.col("share") >= least)
    return chosen.select("row", "item", "share", "tells").sort("row", "item")


def _tells(holding: str) -> pl.Expr:
    others = (pl.col("rows") - pl.col(holding)).clip(0)
    return 1 / (pl.col("items").cast(pl.Int64) + others)
