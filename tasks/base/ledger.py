"""The ledger: one line for every row that ever was in a run, with its fate.

The law it is checked against: rows read + rows made = kept + dropped + quarantined.
"""

import polars as pl

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.decided import with_decisions
from tasks.base.errors import LedgerError
from tasks.base.report import StageResult

SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "source": pl.String(),
        "source_row": pl.Int64(),  # from 0; null for made rows
        "origin": pl.String(),
        "parent": pl.String(),
        "state": pl.String(),  # kept, dropped or quarantined
        "split": pl.String(),  # of kept rows
        "stage": pl.String(),  # that dropped or quarantined it
        "reason": pl.String(),  # also of a kept row, if people decided over it
        "detail": pl.String(),  # evidence in words; never text of the row
        "twin_of": pl.String(),  # the row that survived instead
        "score": pl.Float64(),  # that decided, for instance the similarity to the twin
        "edits": pl.List(pl.String),  # stages that changed its text, in order
    }
)


def build_ledger(
    kept: DatasetRef, results: list[StageResult], quarantine: DatasetRef, read: int
) -> pl.DataFrame:
    """The ledger of a run, sorted by source, record and id.

    Args:
        kept: What is released.
        results: Of every stage, in the order they ran.
        quarantine: Records that could not be read as rows.
        read: Rows and quarantined records that came in.

    Raises:
        LedgerError: A row has no fate, or two.
    """
    lines = [
        _lines(read_dataset(kept), state="kept"),
        *(
            _lines(read_dataset(r.dropped), "dropped", r.report.stage)
            for r in results
            if r.dropped.rows
        ),
        _lines(read_dataset(quarantine), "quarantined", "ingest"),
    ]
    ledger = pl.concat(lines).join(_edits(results), on="id", how="left").select(
        pl.exclude("edits"), pl.col("edits").fill_null(pl.lit([], pl.List(pl.String)))
    )  # fmt: skip
    places = [kept, *(r.dropped for r in results if r.dropped.rows)]
    ledger = with_decisions(ledger, places, results)
    made = sum(r.report.made for r in results)
    _check(ledger, read + made)
    return ledger.select(SCHEMA.names()).sort("source", "source_row", "id", nulls_last=True)


def _lines(rows: pl.LazyFrame, state: str, stage: str | None = None) -> pl.DataFrame:
    names = rows.collect_schema().names()

    def take(name: str, column: str | None = None) -> pl.Expr:
        found = column or name
        value = pl.col(found) if found in names else pl.lit(None)
        return value.cast(SCHEMA[name]).alias(name)

    return rows.select(
        *(take(c) for c in ("id", "source", "source_row", "origin", "parent")),
        pl.lit(state).alias("state"),
        take("split"),
        pl.lit(stage, pl.String).alias("stage"),
        *(
            take(name, f"drop_{name}" if state == "dropped" else name)
            for name in ("reason", "detail", "twin_of", "score")
        ),
    ).collect()


def _edits(results: list[StageResult]) -> pl.DataFrame:
    """Id and list of stages of every row that was edited."""
    touched = [
        read_dataset(r.edits).select("id", stage=pl.lit(r.report.stage), order=pl.lit(i))
        for i, r in enumerate(results)
        if r.edits is not None
    ]
    empty = pl.LazyFrame(schema={"id": pl.String, "stage": pl.String, "order": pl.Int32})
    listed = pl.concat([empty, *touched]).sort("id", "order")
    return listed.group_by("id").agg(pl.col("stage").alias("edits")).collect()


def _check(ledger: pl.DataFrame, expected: int) -> None:
    twice = ledger.filter(ledger["id"].is_duplicated())
    if twice.height:
        raise LedgerError(
            f"{twice.height} lines share an id with another, as {twice['id'][0]!r} does"
        )
    if ledger.height != expected:
        raise LedgerError(
            f"{expected} rows were read or made, but the ledger has {ledger.height} lines; "
            "this is a fault of Finery, please report it with the manifest"
        )
