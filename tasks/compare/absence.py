"""Why a row that one release knows is not in the other at all."""

import polars as pl

from tasks.compare.release import Released

ABSENT = {
    "no_source": "its source is read by the other release alone",
    "no_record": "the source has no such record",
    "beyond_limit": "the record comes after the first ones that were read (ingest.limit)",
    "not_made": "it was made by the other run alone",
}
"""Why a row is not in a release."""


def absence(lines: pl.DataFrame, side: str, there: Released, away: Released) -> pl.DataFrame:
    """Why the lines without a row on `side` have none.

    Copies of one text are numbered, so that of two copies the second seems to be gone whichever
    went. Here the copy is named that really is not there: the text's places in the one release
    that it does not have in the other.

    Args:
        lines: Full join of both ledgers.
        side: Where rows are missing, `before` or `after`.
        there: The release that has them.
        away: The one that has not.

    Returns:
        Columns key, `absent_<side>`, one of `ABSENT`, and `place_<side>`, the source that is meant.
    """
    other = "before" if side == "after" else "after"
    missing = lines.filter(pl.col(f"id_{side}").is_null()).select(
        "key", text=_text(f"id_{other}"), origin=f"origin_{other}",
        nth=pl.int_range(pl.len()).over(_text(f"id_{other}")),
        source=f"source_{other}", source_row=f"source_row_{other}",
    )  # fmt: skip
    places = _extra_places(there.ledger, away.ledger, missing["text"])
    placed = missing.join(places, on=("text", "nth"), how="left", suffix="_true").with_columns(
        pl.coalesce("source_true", "source").alias("source"),
        pl.coalesce("source_row_true", "source_row").alias("source_row"),
    )
    known = [str(one["uri"]) for one in away.manifest["sources"]]
    limit = away.parameters.get("ingest", {}).get("limit")
    why = (
        pl.when(pl.col("origin").fill_null("human") != "human").then(pl.lit("not_made"))
        .when(~pl.col("source").is_in(known)).then(pl.lit("no_source"))
        .when(pl.col("source_row") >= pl.lit(limit, pl.Int64)).then(pl.lit("beyond_limit"))
        .otherwise(pl.lit("no_record"))
    )  # fmt: skip
    place = pl.col("source").alias(f"place_{side}")
    return placed.select("key", why.alias(f"absent_{side}"), place)


def _text(column: str) -> pl.Expr:
    """The hash of a row's content: its id without the number of its copy."""
    return pl.col(column).str.replace(r"-\d+$", "")


def _extra_places(there: pl.DataFrame, away: pl.DataFrame, texts: pl.Series) -> pl.DataFrame:
    """Places of `texts` in `there` beyond those in `away`: text, nth, source, source_row."""
    found = []
    for ledger in (there, away):
        placed = ledger.select("source", "source_row", text=_text("id"))
        few = placed.filter(pl.col("text").is_in(texts.unique().implode())).sort(pl.all())
        copy = pl.int_range(pl.len()).over("text", "source")
        found.append(few.with_columns(copy=copy))
    extra = (
        found[0]
        .join(found[1], on=("text", "source", "copy"), how="anti")
        .sort("text", "source", "copy")
    )
    return extra.select(
        "text", "source", "source_row", nth=pl.int_range(pl.len()).over("text")
    )  # fmt: skip
