"""Finery's stage for near-duplicates in a process of its own.

Run as `python -m tests.bench.peers.stage ROWS FLAGS`. It has the join over lower similarities, a
look at every pair that it finds, and the choice of the row that stays.
"""

import sys
from pathlib import Path

import polars as pl

from tasks.base.table import DROP_REASON
from tasks.dedup.near import NearDedupParams, mark_near_twins
from tests.bench.data import Text, as_rows
from tests.bench.peers.drivers.measure import costed, say
from tests.bench.peers.own import few


def removed(rows: pl.LazyFrame) -> list[bool]:
    """For each row whether the stage drops it."""
    marked = mark_near_twins(rows, NearDedupParams()).rows
    flags = marked.select(pl.col(DROP_REASON).is_not_null()).collect()
    return flags.to_series().to_list()


def main() -> None:
    """Measure, and write the flags."""
    source, flags = sys.argv[1:]
    given = pl.read_parquet(source, columns=["prompt", "answer"])
    rows = as_rows([Text(*row) for row in given.iter_rows()]).collect().lazy()
    warm = as_rows([Text(text, text) for text in few()])
    cost, gone = costed(lambda: removed(rows), lambda: removed(warm))
    Path(flags).write_bytes(bytes(gone))
    say({**cost, "removed": sum(gone)})


if __name__ == "__main__":
    main()
