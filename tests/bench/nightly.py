"""A night's new rows against an index of a million that were released."""

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from tasks.base.table import SCHEMA
from tests.bench.section import Cell, Section

NEW = 10_000  # rows
AT_ONCE = 250_000  # rows of a fragment
NOTE = (
    "{old:,} rows by `tests.bench.generate` as an index of releases ({mb:,} MB), and {new:,} other "
    "rows of the same kind, as a night brings them. CPU seconds with reading the index, after a "
    "warm-up on a few rows. Of the new rows that were made as a copy of an indexed row {same} "
    "left; of those with another number or name in question and answer {other}."
)


@contextmanager
def _spent(lines: list[dict[str, Cell]], what: str) -> Iterator[dict[str, Cell]]:
    """Add a line with what the block cost; the block may add the rest."""
    line: dict[str, Cell] = {"what": what, "CPU s": 0.0, "wall s": 0.0, "found": "–"}
    lines.append(line)
    cpu, wall = time.process_time(), time.perf_counter()
    yield line
    line["CPU s"] = time.process_time() - cpu
    line["wall s"] = time.perf_counter() - wall


def nightly(source: Path, folder: Path) -> Section:
    """What the index costs, and what it finds.

    Args:
        source: Rows by `tests.bench.generate`.
        folder: Where the index goes.
    """
    from tasks.base.text import conversation
    from tasks.dedup.compare import TURN
    from tasks.dedup.index.fragments import append, known
    from tasks.dedup.index.recall import recall
    from tasks.dedup.index.signatures import signatures
    from tasks.dedup.released import ReleasedParams, mark_released
    from tasks.dedup.similar.word_hashes import word_lists

    made = pl.read_parquet(source).with_row_index("at")
    tonight = made["at"].is_in(random.Random(0).sample(range(made.height), NEW))
    old, new = made.filter(~tonight), made.filter(tonight)
    index = folder / "index"
    shutil.rmtree(index, ignore_errors=True)
    lines: list[dict[str, Cell]] = []
    parts = (signatures(_rows(old[at : at + AT_ONCE])) for at in range(0, old.height, AT_ONCE))
    with _spent(lines, f"making the index of {old.height:,} rows"):
        append(str(index), parts, _facts("old"))
    mark_released(_rows(new[:8]), ReleasedParams(), known(str(index), "tonight"))
    texts = _rows(new).select(text=conversation(TURN)).collect()["text"]
    for threshold in (0.7, 0.45):
        with _spent(lines, f"all pairs of {NEW:,} new rows, Jaccard {threshold}") as line:
            lists = word_lists(texts)
            line["found"] = recall(lists, threshold, 3, known(str(index), "tonight")).found
    with _spent(lines, "the whole stage (0.45, the guard included)") as line:
        rows = mark_released(_rows(new), ReleasedParams(), known(str(index), "tonight")).rows
        gone = rows.select("drop_reason").collect()["drop_reason"].is_not_null()
        line["found"] = int(gone.sum())
    with _spent(lines, f"adding {NEW:,} rows"):
        append(str(index), iter([signatures(_rows(new))]), _facts("tonight"))
    size = sum(file.stat().st_size for file in index.rglob("*.parquet"))
    same, other = _shares(new.with_columns(gone=gone), old)
    note = NOTE.format(old=old.height, new=NEW, mb=round(size / 1e6), same=same, other=other)
    return Section("nightly", f"{NEW:,} new rows against {old.height:,} released ones", note, lines)


def _facts(run: str) -> dict[str, str]:
    return {"release": run, "run": run, "created": "2026-01-01"}


def _rows(made: pl.DataFrame) -> pl.LazyFrame:
    """Generated rows as rows of the table, as far as the index looks at them."""
    said = (("user", "prompt"), ("assistant", "answer"))
    nothing = pl.lit(None, pl.String)
    turns = [
        pl.struct(role=pl.lit(role), content=pl.col(name), extra=nothing) for role, name in said
    ]
    losing = pl.lit(None, SCHEMA["rejected"])
    return made.lazy().select(
        id=pl.format("row{}", "at"), messages=pl.concat_list(turns), rejected=losing, tools=nothing
    )


def _shares(new: pl.DataFrame, old: pl.DataFrame) -> tuple[str, str]:
    """Share that left of copies and of other rows, of those that were made from an indexed row."""
    made_from = new.filter(pl.col("src").cast(pl.Int64).is_in(old["at"].cast(pl.Int64).implode()))
    kinds = (pl.col("label") == "dup", pl.col("kind") == "swap")
    shares = [made_from.filter(kind)["gone"].mean() for kind in kinds]
    return tuple(f"{100 * float(one or 0):.1f} %" for one in shares)  # type: ignore[arg-type, return-value]
