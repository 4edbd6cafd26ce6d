"""Records that were edited in their source: another id, and the same neighbours.

Rows that both releases have divide a source into gaps. What is new in a gap is an edited form of
what is gone from it, if both texts are known and share enough of their words, or if nothing else
is there that it could be: as many are new as are gone, in the same order, and the text of one of
the two is not known, since the release does not hold it.
"""

import polars as pl

from tasks.base.text import conversation, words
from tasks.compare.release import Released

LEAST = 0.3
"""Share of distinct words in common that makes a text the edited form of another. Of two unlike
records of one source pairs reach 0.3 rarely (see tests); an edit of a sentence leaves more."""
MOST = 20  # rows of a gap; in a larger one records are matched in order alone

PAIRS = pl.Schema({"before": pl.String(), "after": pl.String()})


def same_places(before: Released, after: Released) -> pl.DataFrame:
    """Pairs of ids (`PAIRS`), one of each release, that are one record before and after an edit.

    No id is in two pairs. Made rows and records that only moved are in none.
    """
    both = _candidates(_gaps(before.ledger, after.ledger), _gaps(after.ledger, before.ledger))
    if both.is_empty():
        return pl.DataFrame(schema=PAIRS)
    alike = both.with_columns(
        _words(before, both["id"]).alias("words"), _words(after, both["id_after"]).alias("other")
    ).with_columns(alike=_likeness())
    sure = _mutual_best(alike.filter(pl.col("alike") >= LEAST))
    blind = alike.filter(pl.col("is_in_order"), pl.col("alike").is_null())
    taken = [sure[name].implode() for name in PAIRS]
    rest = blind.filter(~pl.col("id").is_in(taken[0]), ~pl.col("id_after").is_in(taken[1]))
    return pl.concat([sure, rest.select(before="id", after="id_after")])


def _gaps(ledger: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Rows of `ledger` whose text is nowhere in `other`: id, source, gap, nth, size.

    `gap` is the id of the row before that both have in this source, empty at its beginning.
    """
    text = pl.col("id").str.replace(r"-\d+$", "")
    placed = ledger.filter(pl.col("source_row").is_not_null()).sort("source", "source_row", "id")
    marked = placed.join(
        other.select("id", "source", is_shared=pl.lit(True)),
        on=("id", "source"),
        how="left",
        maintain_order="left",
    ).with_columns(
        is_new=~text.is_in(other.select(text).to_series().unique().implode()),
        gap=pl.when("is_shared").then("id").forward_fill().over("source").fill_null(""),
    )
    place = ("source", "gap")
    return marked.filter("is_new").select(
        "id", "source", "gap", nth=pl.int_range(pl.len()).over(place), size=pl.len().over(place)
    )


def _candidates(gone: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Pairs of one gap: all of a small one, and those in order of one with as many new as gone."""
    few = [rows.filter(pl.col("size") <= MOST) for rows in (gone, new)]
    in_order = pl.col("nth").eq(pl.col("nth_after")) & pl.col("size").eq(pl.col("size_after"))
    small = few[0].join(few[1], on=("source", "gap"), suffix="_after")
    place = ("source", "gap", "nth", "size")
    rest = [rows.filter(pl.col("size") > MOST) for rows in (gone, new)]
    large = rest[0].join(rest[1], on=place, suffix="_after", coalesce=False)
    columns = ["id", "id_after", "nth", "nth_after"]
    return pl.concat(
        [
            small.select(*columns, is_in_order=in_order),
            large.select(*columns, is_in_order=pl.lit(True)),
        ]
    )


def _words(release: Released, ids: pl.Series) -> pl.Series:
    """Distinct words of the rows `ids`; null for those that the release does not hold."""
    wanted = release.rows.filter(pl.col("id").is_in(ids.unique().implode()))
    said = wanted.select("id", words=words(conversation()).list.unique()).collect()
    return ids.to_frame("id").join(said, on="id", how="left", maintain_order="left")["words"]


def _likeness() -> pl.Expr:
    """Distinct words that two texts share, of all that they have; null if one is not known."""
    shared = pl.col("words").list.set_intersection("other").list.len()
    every = pl.col("words").list.set_union("other").list.len()
    known = pl.col("words").is_not_null() & pl.col("other").is_not_null()
    return pl.when(known).then(shared / pl.max_horizontal(every, 1))


def _mutual_best(alike: pl.DataFrame) -> pl.DataFrame:
    """Pairs of which each is the other's likest; ties go to the one in order, then to the id."""
    ordered = alike.with_columns(off=(pl.col("nth") - pl.col("nth_after")).abs()).sort(
        "alike", "off", "id", "id_after", descending=[True, False, False, False]
    )
    best = pl.all_horizontal(pl.int_range(pl.len()).over(name) == 0 for name in ("id", "id_after"))
    return ordered.filter(best).select(before="id", after="id_after")
