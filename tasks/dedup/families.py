"""Which rows a survivor takes with it, of all pairs that say the same."""

from collections.abc import Sequence
from typing import Any

import polars as pl


def claim(order: Sequence[int], pairs: pl.DataFrame) -> pl.DataFrame:
    """The survivor of every row that goes.

    Each survivor claims the rows that are near to itself, in the order of preference; being near
    to a row that was dropped is not enough, so no chain of small steps can lose a row.

    Args:
        order: Rank of each row, no two equal; the smallest survives.
        pairs: Pairs of rows that say the same: places a and b, and any further columns.

    Returns:
        A line per row that goes, in no particular order: row, survivor, and what its pair has
        besides a and b.
    """
    near: dict[int, list[tuple[int, tuple[Any, ...]]]] = {}
    for a, b, *more in pairs.select("a", "b", pl.exclude("a", "b")).iter_rows():
        near.setdefault(a, []).append((b, tuple(more)))
        near.setdefault(b, []).append((a, tuple(more)))
    claimed: dict[int, tuple[Any, ...]] = {}
    for survivor in sorted(near, key=order.__getitem__):
        if survivor in claimed:
            continue
        for row, found in near[survivor]:
            if order[row] > order[survivor] and row not in claimed:
                claimed[row] = (survivor, *found)
    rest = {name: kind for name, kind in pairs.schema.items() if name not in ("a", "b")}
    lines = [(row, *twin) for row, twin in claimed.items()]
    return pl.DataFrame(lines, schema={"row": pl.Int64, "survivor": pl.Int64, **rest}, orient="row")
