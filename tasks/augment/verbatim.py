"""What a made row says word for word as a real one does."""

import polars as pl

from tasks.dedup.pairs import words


def verbatim(made: pl.DataFrame, real: pl.DataFrame, size: int, fewest: int) -> pl.Series:
    """Share of each made row's runs of words that stand in a real row it does not descend from.

    Args:
        made: Columns at, id, origin, kind (template or operator), root (the real row that it
            descends from) and text, of n rows.
        real: The same of real rows.
        size: Words in a run.
        fewest: Rows with fewer runs have no share.
    """
    mine, theirs = _runs(made, size), _runs(real, size)
    shared = mine.group_by("kind", "run").agg(rows=pl.col("at").n_unique())
    own = mine.join(shared, on=["kind", "run"], nulls_equal=True).filter(
        (pl.col("rows") == 1) | pl.col("kind").is_null() | (pl.col("origin") == "augmented")
    )
    known = theirs.select("run", owner="id").unique()
    found = own.join(known, on="run").filter(pl.col("owner").ne_missing(pl.col("root")))
    roots = theirs.select("run", root="id").unique().with_columns(inherited=True)
    hits = (
        found.join(roots, on=["run", "root"], how="left")
        .filter(pl.col("inherited").is_null())
        .group_by("at").agg(hits=pl.col("run").n_unique())
    )  # fmt: skip
    sizes = own.group_by("at").agg(runs=pl.col("run").n_unique())
    counted = made.select("at").join(sizes, on="at", how="left").join(hits, on="at", how="left")
    return counted.sort("at").select(
        verbatim=pl.when(pl.col("runs") >= fewest).then(
            pl.col("hits").fill_null(0) / pl.col("runs")
        )
    )["verbatim"]


def _runs(rows: pl.DataFrame, size: int) -> pl.DataFrame:
    """A line for every run of `size` words of every row, as a hash."""
    listed = rows.lazy().select("at", "id", "origin", "kind", "root", word=words(pl.col("text")))
    flat = listed.explode("word").drop_nulls("word").with_columns(pl.col("word").hash(0))
    steps = [pl.col("word").shift(-n).over("at") for n in range(size)]
    return (
        flat.with_columns(run=pl.concat_list(steps), last=steps[-1])
        .drop_nulls("last")
        .with_columns(pl.col("run").hash(0))
        .drop("word", "last")
        .collect()
    )
