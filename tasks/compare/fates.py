"""From fate to fate: how many rows took each way, and the law that every count adds up.

A row has one fate in each release, or is not there. So each count of the earlier release is the sum
of the ways out of that fate, each count of the later one the sum of the ways into it, and their
difference is what came in less what went out. The same holds for kept rows by side and by source.
"""

from collections import Counter
from typing import Any

import polars as pl

from tasks.base.errors import LedgerError
from tasks.compare.lines import KEPT
from tasks.compare.release import Released

SIDES = ("train", "validation", "test")  # as everybody lists them
Facts = dict[str, Any]
ABSENT = "absent/"
NO_SIDE = "no split"


def ways(lines: pl.DataFrame) -> pl.DataFrame:
    """Rows by fate before and after: columns before, after, rows; the most rows first."""
    counted = lines.group_by(before="fate_before", after="fate_after").agg(rows=pl.len())
    return counted.sort("rows", "before", "after", descending=[True, False, False])


def fates(lines: pl.DataFrame) -> list[Facts]:
    """What became of the count of each fate, and by which ways; unchanged ones, too.

    Returns:
        For each fate of either release `fate`, `before`, `after`, and `to` and `from`: lists of
        fate and rows, for the rows that changed it. `before` less `to` plus `from` is `after`.
    """
    taken = ways(lines)
    names = pl.concat([taken["before"], taken["after"]]).unique()
    found = [_fate(name, taken) for name in names if not name.startswith(ABSENT)]
    return sorted(found, key=lambda f: (-abs(f["after"] - f["before"]), -f["after"], f["fate"]))


def _fate(name: str, taken: pl.DataFrame) -> Facts:
    out, into = taken.filter(before=name), taken.filter(after=name)
    return {
        "fate": name, "before": int(out["rows"].sum()), "after": int(into["rows"].sum()),
        "to": _others(out, "after", name), "from": _others(into, "before", name),
    }  # fmt: skip


def _others(taken: pl.DataFrame, end: str, name: str) -> list[Facts]:
    changed = taken.filter(pl.col(end) != name)
    return [{"fate": fate, "rows": rows} for fate, rows in changed.select(end, "rows").iter_rows()]


def balance(lines: pl.DataFrame, column: str) -> list[Facts]:
    """Kept rows by side of the split, or by source: before, lost, gained, moved, after.

    Args:
        lines: Of both releases.
        column: `split` or `source`.

    Returns:
        A line for each value: `before` - `lost` - `moved_out` + `gained` + `moved_in` = `after`.
    """
    sides = [pl.col(f"{column}_{side}").fill_null(NO_SIDE) for side in ("before", "after")]
    rows = lines.filter(pl.col("went") != "never").select("went", before=sides[0], after=sides[1])
    moved = (pl.col("went") == "stayed") & (pl.col("before") != pl.col("after"))
    left = rows.filter(pl.col("went") != "gained").group_by(name="before").agg(
        before=pl.len(), lost=(pl.col("went") == "lost").sum(), moved_out=moved.sum()
    )  # fmt: skip
    came = rows.filter(pl.col("went") != "lost").group_by(name="after").agg(
        after=pl.len(), gained=(pl.col("went") == "gained").sum(), moved_in=moved.sum()
    )  # fmt: skip
    both = left.join(came, on="name", how="full", coalesce=True).fill_null(0)
    side = pl.col("name").replace_strict({s: n for n, s in enumerate(SIDES)}, default=len(SIDES))
    return both.sort(
        side, "after", "before", "name", descending=[False, True, True, False]
    ).to_dicts()


def check(lines: pl.DataFrame, before: Released, after: Released) -> None:
    """See that every count of both releases, and every difference, is accounted for.

    Raises:
        LedgerError: A row has no line or two, or a difference is not explained.
    """
    taken = ways(lines)
    for end, release in (("before", before), ("after", after)):
        counted = taken.filter(~pl.col(end).str.starts_with(ABSENT)).group_by(end).agg(
            pl.col("rows").sum()
        )  # fmt: skip
        _same(f"fates {end}", dict(counted.iter_rows()), _ledger_counts(release.ledger))
        kept = _sides(release.ledger)
        told = {line["name"]: line[end] for line in balance(lines, "split") if line[end]}
        _same(f"kept rows by side {end}", told, kept)
    for fate in fates(lines):
        out, into = (sum(way["rows"] for way in fate[end]) for end in ("to", "from"))
        _same(f"rows of {fate['fate']}", fate["before"] - out + into, fate["after"])
    for column in ("split", "source"):
        for line in balance(lines, column):
            found = line["before"] - line["lost"] - line["moved_out"]
            name = f"kept rows of {column} {line['name']}"
            _same(name, found + line["gained"] + line["moved_in"], line["after"])


def _ledger_counts(ledger: pl.DataFrame) -> dict[str, int]:
    """Rows of a ledger by fate, counted without regard to any line."""
    counted = ledger.group_by("state", "stage", "reason").len()
    found = Counter[str]()
    for state, stage, reason, rows in counted.iter_rows():
        # a kept row may have a reason, too: people decided over it
        found[KEPT if state == KEPT else f"{stage}/{reason}"] += rows
    return dict(found)


def _sides(ledger: pl.DataFrame) -> dict[str, int]:
    kept = ledger.filter(state=KEPT).select(pl.col("split").fill_null(NO_SIDE))
    return dict(kept["split"].value_counts().iter_rows())


def _same(what: str, told: object, found: object) -> None:
    if told != found:
        raise LedgerError(
            f"{what} do not add up: {told} by the comparison, {found} by the ledgers; this is a "
            "fault of Finery, please report it with both manifests"
        )
