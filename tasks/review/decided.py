"""Decisions in files, as a run takes them up.

A decision holds for the record that a row was made of, and so for every copy of it byte for byte:
which copy of a record survives is no matter of its worth, and may change from night to night.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import polars as pl
from polars.exceptions import PolarsError
from pydantic import BaseModel

from tasks.base.errors import UsageError
from tasks.review.answers import ANSWERS, DECISIONS

NEEDED = ("id", "decision")
TAKEN = ("record", "decision", "twin", "answer", "detail")


class DecisionFile(BaseModel, frozen=True):
    """A file of decisions; what is in it decides, not where it lies."""

    reads: ClassVar[tuple[str, ...]] = ("path",)

    path: str


def record(column: str = "id") -> pl.Expr:
    """The record of a row: its id without which copy it is."""
    return pl.col(column).str.replace(r"-\d+$", "").alias("record")


def decided(files: Sequence[DecisionFile]) -> pl.DataFrame:
    """The decisions of `files`, one per record; of two the later file's counts.

    Returns:
        Columns record, decision, twin (record of the row that a dropped one repeats, if that is
        why), answer (of an edit) and detail (by how many, and why).

    Raises:
        UsageError: A file is missing, or is no file of decisions.
    """
    found = [_read(file.path) for file in files]
    empty = pl.DataFrame(schema=dict.fromkeys(TAKEN, pl.String))
    return pl.concat([empty, *found]).unique("record", keep="last", maintain_order=True)


def _read(path: str) -> pl.DataFrame:
    if not Path(path).is_file():
        raise UsageError(f"review.decisions: {path!r} is no file; name a review.parquet")
    try:
        rows = pl.read_parquet(path, glob=False)
    except PolarsError as error:
        raise UsageError(f"review.decisions: {path!r} is no Parquet ({error})") from None
    missing = [name for name in NEEDED if name not in rows.columns]
    if missing:
        raise UsageError(
            f"review.decisions: {path!r} has no column {' and '.join(missing)}; name a file that "
            "`finery review pull` wrote"
        )
    given = [pl.lit(None, kind).alias(n) for n, kind in DECISIONS.items() if n not in rows.columns]
    rows = rows.with_columns(given).filter(pl.col("decision").is_not_null())
    wrong = rows.filter(~pl.col("decision").is_in(ANSWERS))["decision"]
    if len(wrong):
        raise UsageError(
            f"review.decisions: {path!r} has the decision {wrong[0]!r}; there are "
            f"{', '.join(ANSWERS)}"
        )
    twin = record("twin").alias("twin")
    return rows.select(record(), "decision", twin, "answer", detail=_detail())


def _detail() -> pl.Expr:
    """By how many, and why."""
    counted = pl.format("{} of {} people: {}", "votes", "of", "decision")
    known = pl.coalesce(counted, pl.format("people: {}", "decision"))
    has_reason = pl.col("reason").fill_null("") != ""
    why = pl.when(has_reason).then(pl.format(" ({})", "reason")).otherwise(pl.lit(""))
    return pl.concat_str(known, why)
