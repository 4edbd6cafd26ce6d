"""Every row of two releases on one line: what became of it before, and what becomes of it now.

Rows are matched by id, which is made of their raw content and stays from night to night whatever
file they come from. What is left on both sides is matched by place (`tasks.compare.places`): a
record that was edited in its source has a new id, and the same neighbours.

| column | what |
| --- | --- |
| `<fact>_before`, `<fact>_after` | facts of the ledgers (`FACTS`); null where the row is not |
| fate_before, fate_after | `kept`, `stage/reason`, or `absent/why` where the row is not there |
| went | `stayed`, `lost`, `gained`, or `never` for rows that neither release holds |
| edited | whether its record was edited in the source (then the ids differ) |
"""

import polars as pl

from tasks.compare.absence import absence
from tasks.compare.places import same_places
from tasks.compare.release import Released

KEPT = "kept"
FACTS = ("id", "source", "source_row", "origin", "split", "stage", "reason", "twin_of", "edits",
         "detail")  # fmt: skip
SIDES = ("before", "after")


def align(before: Released, after: Released) -> pl.DataFrame:
    """One line for every row of either ledger; see above.

    Args:
        before: The earlier release.
        after: The later one.

    Returns:
        Lines sorted by the id that the row has, or had.
    """
    one, other = _facts(before.ledger), _facts(after.ledger)
    pairs = same_places(before, after)
    key = pl.col("id").replace(pairs["after"], pairs["before"])
    left = one.select(pl.all().name.suffix("_before"), key="id")
    right = other.select(pl.all().name.suffix("_after"), key=key)
    lines = left.join(right, on="key", how="full", coalesce=True)
    for side, there, away in (("before", after, before), ("after", before, after)):
        lines = lines.join(absence(lines, side, there, away), on="key", how="left")
        fate = pl.coalesce(f"fate_{side}", pl.format("absent/{}", f"absent_{side}"))
        lines = lines.with_columns(fate.alias(f"fate_{side}"))
    return lines.with_columns(
        went=_went(),
        edited=(pl.col("id_before") != pl.col("id_after")).fill_null(False),
    ).sort("key")  # fmt: skip


def _facts(ledger: pl.DataFrame) -> pl.DataFrame:
    why = pl.format("{}/{}", "stage", "reason")
    fate = pl.when(state=KEPT).then(pl.lit(KEPT)).otherwise(why)
    return ledger.select(*FACTS, fate=fate)


def _went() -> pl.Expr:
    was, still = (pl.col(f"fate_{side}") == KEPT for side in SIDES)
    return (
        pl.when(was & still).then(pl.lit("stayed"))
        .when(was).then(pl.lit("lost"))
        .when(still).then(pl.lit("gained"))
        .otherwise(pl.lit("never"))
    )  # fmt: skip
