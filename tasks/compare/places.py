"""Records that were edited in their source: another id, and the same question, answer or place.

Of what is gone from a source and what is new in it two records are one, edited,

1. if they ask the same, or answer the same at some length, and no other of them does;
2. if they lie in one gap between rows that both releases have, and share half of their words;
3. if nothing else is there that it could be: as many are new in a gap as are gone, in the same
   order, and the text of one of the two is not known, since its release does not hold it.
"""

import polars as pl
import polars_hash as plh

from tasks.base.text import answer, conversation, prompt, words
from tasks.compare.release import Released

LEAST = 0.5
"""Share of distinct words in common that makes a text the edited form of another. Of two records
drawn from one source of real data fewer than 1 in 200 share so many; where all begin with the same
instruction, 1 in 12."""
MOST = 20  # rows of a gap; in a larger one records are matched in order alone
LONG = 40  # characters of an answer that is not given twice by accident

PAIRS = pl.Schema({"before": pl.String(), "after": pl.String()})


def same_places(before: Released, after: Released) -> pl.DataFrame:
    """Pairs of ids (`PAIRS`), one of each release, that are one record before and after an edit.

    No id is in two pairs. Made rows and records that only moved are in none.
    """
    gone, new = _gaps(before.ledger, after.ledger), _gaps(after.ledger, before.ledger)
    pairs = pl.DataFrame(schema=PAIRS)
    if gone.is_empty() or new.is_empty():
        return pairs
    for half in (prompt(), pl.when(answer().str.len_chars() >= LONG).then(answer())):
        sides = [
            _said(_without(gone, pairs["before"]), before, half),
            _said(_without(new, pairs["after"]), after, half),
        ]
        same = sides[0].join(sides[1], on=("source", "said"), suffix="_after")
        pairs = pl.concat([pairs, same.select(before="id", after="id_after")])
    both = _candidates(_without(gone, pairs["before"]), _without(new, pairs["after"]))
    alike = both.with_columns(
        _words(before, both["id"]).alias("words"), _words(after, both["id_after"]).alias("other")
    ).with_columns(alike=_likeness())
    pairs = pl.concat([pairs, _mutual_best(alike.filter(pl.col("alike") >= LEAST))])
    blind = alike.filter(pl.col("is_in_order"), pl.col("alike").is_null())
    rest = _without(_without(blind, pairs["before"]), pairs["after"], "id_after")
    return pl.concat([pairs, rest.select(before="id", after="id_after")])


def _without(rows: pl.DataFrame, ids: pl.Series, column: str = "id") -> pl.DataFrame:
    return rows.filter(~pl.col(column).is_in(ids.implode()))


def _said(rows: pl.DataFrame, release: Released, half: pl.Expr) -> pl.DataFrame:
    """Hash of the `half` of each row that no other of them has in its source: id, source, said."""
    wanted = release.rows.filter(pl.col("id").is_in(rows["id"].implode()))
    texts = wanted.select("id", "source", half.alias("half")).drop_nulls().collect()
    hashed = texts.select("id", "source", said=plh.col("half").nchash.xxh3_64())
    return hashed.filter(pl.len().over("source", "said") == 1)


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
    """Pairs of one gap: all of a small one, and of a large one those in the same order."""
    few = [rows.filter(pl.col("size") <= MOST) for rows in (gone, new)]
    small = few[0].join(few[1], on=("source", "gap"), suffix="_after")
    same = gone.join(new, on=("source", "gap", "nth"), suffix="_after", coalesce=False)
    large = same.filter((pl.col("size") > MOST) | (pl.col("size_after") > MOST))
    in_order = pl.col("nth").eq(pl.col("nth_after")) & pl.col("size").eq(pl.col("size_after"))
    columns = ("id", "id_after", "nth", "nth_after")
    return pl.concat(rows.select(*columns, is_in_order=in_order) for rows in (small, large))


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
