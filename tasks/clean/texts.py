"""Apply a repair to the turns of every row, reading each distinct text once."""

from collections.abc import Callable, Iterable

import numpy as np
import orjson
import polars as pl
from pydantic import JsonValue

from tasks.base.stage import Outcome
from tasks.base.text import map_strings

Repair = Callable[[str], tuple[str, tuple[str, ...]]]
"""From a text to the repaired text and the kinds of repairs made."""

COLUMNS = ("messages", "rejected")
KINDS = "edit_kinds"
"""Column with the kinds of repairs made to a row, joined by commas; null where none was."""


def repair_turns(rows: pl.LazyFrame, repair: Repair, suspect: pl.Expr) -> Outcome:
    """Repair `messages` and `rejected` of the rows in which a text is `suspect`.

    Args:
        rows: n rows.
        repair: What to do to one text. It must leave its own result alone.
        suspect: Truth over a column of texts: whether `repair` could change this text. It may be
            true too often, never too rarely.

    Returns:
        n rows in the same order with `edit_kinds`, and how many rows each kind touched.
    """
    table = rows.collect()
    texts = pl.concat([_texts(table, column) for column in COLUMNS])
    hits = texts.filter(suspect)
    wanted = hits["row"].unique().sort()
    known: dict[str, tuple[str, tuple[str, ...]]] = {}

    def once(text: str) -> tuple[str, tuple[str, ...]]:
        if text not in known:
            known[text] = repair(text)
        return known[text]

    # Python, but over suspect rows alone: the repairs are no Polars expressions
    places, mended = list[int](), list[list[object]]()
    kinds: list[str | None] = []
    for place, *columns in table[wanted].select(wanted, *COLUMNS).iter_rows():
        found: set[str] = set()
        after = [_turns(turns, once, found) for turns in columns]
        if after != columns:
            places.append(place)
            mended.append(after)
            kinds.append(",".join(sorted(found)) or None)
    fixed = pl.DataFrame(mended, {name: table.schema[name] for name in COLUMNS}, orient="row")
    noted = _with(table, places, fixed.with_columns(pl.Series(KINDS, kinds, pl.String)))
    return Outcome(noted.lazy(), figures={"kinds": _count(kinds)})


def _with(table: pl.DataFrame, places: list[int], fixed: pl.DataFrame) -> pl.DataFrame:
    """`table` with the columns of `fixed`, whose rows take the place of those at `places`."""
    if not places:
        return table.with_columns(pl.lit(None, pl.String).alias(KINDS))
    which = np.arange(table.height)
    which[places] = table.height + np.arange(len(places))
    both = pl.concat([table.select(COLUMNS), fixed], how="diagonal")
    return table.with_columns(both[which])


def _texts(table: pl.DataFrame, column: str) -> pl.DataFrame:
    """Every text of `column`, with the position of its row; the JSON of `extra` is text too."""
    turns = (
        table.lazy()
        .select(pl.int_range(pl.len()).alias("row"), pl.col(column).alias("turn"))
        .drop_nulls("turn")
        .explode("turn")
        .drop_nulls("turn")
    )
    field = pl.col("turn").struct.field
    both = [turns.select("row", text=field(name)) for name in ("content", "extra")]
    return pl.concat(both).drop_nulls("text").collect()


def _turns(turns: list[dict[str, str | None]] | None, repair: Repair, found: set[str]) -> object:
    if turns is None:
        return None

    def note(text: str) -> str:
        after, kinds = repair(text)
        found.update(kinds if after != text else ())
        return after

    return [
        {**turn, "content": note(turn["content"] or ""), "extra": _extra(turn["extra"], note)}
        for turn in turns
    ]


def _extra(extra: str | None, note: Callable[[str], str]) -> str | None:
    """Typed parts hold the text a second time; other keys (tool calls, names) are left alone."""
    if extra is None or '"content"' not in extra:
        return extra
    parts = orjson.loads(extra)
    if not isinstance(parts.get("content"), list):
        return extra
    mended = map_strings(orjson.dumps(parts["content"]).decode(), note)
    after = {**parts, "content": orjson.loads(mended)}
    return extra if after == parts else orjson.dumps(after).decode()


def _count(kinds: Iterable[str | None]) -> dict[str, JsonValue]:
    counts: dict[str, int] = {}
    for kind in (k for row in kinds if row for k in row.split(",")):
        counts[kind] = counts.get(kind, 0) + 1
    return {**dict(sorted(counts.items()))}
