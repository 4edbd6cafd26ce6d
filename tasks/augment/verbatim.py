"""What a made row says word for word as a real one does."""

import polars as pl

from tasks.base.text import words

MIX = 0x9E3779B97F4A7C15  # an odd number, so that the order of words counts
COMMON = 0.2  # share of a template's rows from which a run is the template's own


def verbatim(made: pl.DataFrame, real: pl.DataFrame, size: int, fewest: int) -> pl.Series:
    """Share of each made row's runs of words that stand in a real row it does not descend from.

    Real rows meet made ones as a set of runs, never row by row, so that a text which all rows share
    costs no more than any other.

    Args:
        made: Columns at, id, kind (the template, of rows that one made; else null), root (the real
            row that it descends from) and text, of n rows.
        real: Columns at, id and text of real rows.
        size: Words in a run.
        fewest: Rows with fewer runs have no share.
    """
    mine = _runs(made, size).join(made.select("at", "kind", "root"), on="at")
    own = _without_templates(mine, made)
    known = _runs(real, size).select("run").unique()
    kin = real.filter(pl.col("id").is_in(made["root"].drop_nulls().unique().implode()))
    inherited = _runs(kin, size).join(kin.select("at", root="id"), on="at").select("run", "root")
    found = own.join(known, on="run", how="semi").join(
        inherited.unique(), on=["run", "root"], how="anti"
    )
    hits = found.group_by("at").agg(hits=pl.col("run").n_unique())
    sizes = own.group_by("at").agg(runs=pl.col("run").n_unique())
    counted = made.select("at").join(sizes, on="at", how="left").join(hits, on="at", how="left")
    share = pl.col("hits").fill_null(0) / pl.col("runs")
    return counted.sort("at").select(verbatim=pl.when(pl.col("runs") >= fewest).then(share))[
        "verbatim"
    ]


def _without_templates(mine: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Runs that are not those of the template that made a row."""
    sizes = made.drop_nulls("kind").group_by("kind").agg(many=pl.len())
    told = mine.drop_nulls("kind").group_by("kind", "run").agg(rows=pl.col("at").n_unique())
    common = told.join(sizes, on="kind").filter(
        (pl.col("rows") > 1) & (pl.col("rows") >= COMMON * pl.col("many"))
    )
    return mine.join(common.select("kind", "run"), on=["kind", "run"], how="anti")


def _runs(rows: pl.DataFrame, size: int) -> pl.DataFrame:
    """Columns at and run: a line for every run of `size` words of every row, as a hash."""
    flat = (
        rows.lazy().select("at", word=words(pl.col("text"))).explode("word").drop_nulls("word")
        .with_columns(pl.col("word").hash(0))
    )  # fmt: skip
    run = pl.col("word")
    for step in range(1, size):
        run = run * MIX + pl.col("word").shift(-step)
    is_whole = pl.col("at").shift(-(size - 1)) == pl.col("at")
    return flat.select("at", run=run, whole=is_whole).filter("whole").drop("whole").collect()
