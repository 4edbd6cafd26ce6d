"""What people decided over rows, in every filter alike and in the ledger.

A decision travels with its row, in the column `DECIDED`; without it nobody was asked, and nothing
here changes anything.
"""

from collections.abc import Collection, Iterable, Sequence

import polars as pl
import polars.selectors as cs

from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.report import StageResult
from tasks.base.table import DECIDED, DECIDED_DETAIL, DROP_REASON

WANTED = {"keep": "kept_by_review", "edit": "edited_by_review"}
"""Decisions after which a row stays, and the reason that the ledger gives for that."""


def spare(
    rows: pl.LazyFrame, marked: pl.DataFrame, firm: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Take the marks from rows that people want kept.

    Args:
        rows: n rows.
        marked: Their ids and marks.
        firm: Reasons that stand whatever people say.

    Returns:
        n marks, and those that were taken away; None where nobody was asked.
    """
    if DECIDED not in rows.collect_schema().names():
        return marked, None
    decided = rows.select(DECIDED).collect()[DECIDED]
    reason = marked[DROP_REASON]
    stays = decided.is_in(list(WANTED)) & reason.is_not_null() & ~reason.is_in(list(firm))
    stays = stays.fill_null(value=False)
    return marked.with_columns(pl.when(~stays).then(cs.starts_with("drop_"))), marked.filter(stays)


def with_decisions(
    ledger: pl.DataFrame, places: Iterable[DatasetRef], results: Sequence[StageResult]
) -> pl.DataFrame:
    """The ledger with every decision in it.

    Args:
        ledger: A line per row, with `state`, `reason` and `detail`.
        places: Where rows ended: kept, and dropped by each stage.
        results: Of every stage; they know which marks were taken away.

    Returns:
        The same lines. A kept row that was decided over has a reason; what people said, and what
        the row would have left for, stands in the detail of every row that was decided over.
    """
    decided = [found for place in places if (found := _decided(place)) is not None]
    if not decided:
        return ledger
    known = pl.concat(decided).join(_spared(results), on="id", how="left")
    said = pl.concat_str(DECIDED_DETAIL, "spared", separator="; ", ignore_nulls=True)
    joined = ledger.join(known.select("id", DECIDED, said=said), on="id", how="left")
    is_kept, told = pl.col("state") == "kept", pl.concat_str(
        "detail", pl.when(pl.col("detail").ne_missing(pl.col("said"))).then("said"),
        separator="; ", ignore_nulls=True,
    )  # fmt: skip
    wanted = pl.col(DECIDED).replace_strict(WANTED, default=None, return_dtype=pl.String)
    return joined.with_columns(
        reason=pl.when(is_kept).then(wanted).otherwise("reason"),
        detail=pl.when(pl.col("said").is_not_null()).then(told).otherwise("detail"),
    ).drop(DECIDED, "said")


def _decided(place: DatasetRef) -> pl.DataFrame | None:
    """Id, decision and detail of the rows of `place` that people decided over."""
    rows = read_dataset(place)
    if DECIDED not in rows.collect_schema().names():
        return None
    told = rows.filter(pl.col(DECIDED_DETAIL).is_not_null())
    return told.select("id", DECIDED, DECIDED_DETAIL).collect()


def _spared(results: Sequence[StageResult]) -> pl.DataFrame:
    """Id and, in words, what a row would have left for."""
    marks = [
        read_dataset(r.spared).select(
            "id", spared=pl.format(f"{r.report.stage} would have dropped it: {{}}", DROP_REASON)
        )
        for r in results
        if r.spared is not None and r.spared.rows
    ]
    empty = pl.LazyFrame(schema={"id": pl.String, "spared": pl.String})
    listed = pl.concat([empty, *marks])
    grouped = listed.group_by("id", maintain_order=True)
    return grouped.agg(pl.col("spared").str.join("; ")).collect()
