"""A small run to review, put together from what stages would have left. All of it is invented."""

from typing import Any

import polars as pl

from tasks.base.dataset import DatasetRef, write_dataset
from tasks.base.table import SCHEMA
from tasks.dedup.whatif import PAIRS
from tasks.review.record import NO_NAMES, Dropped, Record
from tasks.review.sample import SAMPLE
from tests.builders import row, table

DROPS = {
    "drop_reason": pl.String, "drop_detail": pl.String, "drop_twin_of": pl.String,
    "drop_score": pl.Float64,
}  # fmt: skip


def dropped(stage: str, place: str, *rows: dict[str, Any], raw: bool = False) -> Dropped:
    """Rows that a stage dropped; each may have `drop_*` keys."""
    schema = pl.Schema({**SCHEMA, **DROPS})
    return Dropped(stage, write_dataset(pl.DataFrame(list(rows), schema=schema), place), raw)


def lost(id: str, reason: str, *turns: Any, **marks: Any) -> dict[str, Any]:
    """A row that was dropped; `marks` are its twin_of and score."""
    given = {f"drop_{name}": value for name, value in marks.items()}
    return row(id, *turns, **(dict.fromkeys(DROPS) | {"drop_reason": reason} | given))


def record(kept: DatasetRef, *drops: Dropped, **more: Any) -> Record:
    """A run of which nothing else is known."""
    given = {"names": NO_NAMES, "pairs": pl.DataFrame(schema=PAIRS), "redacted": True,
             "parameters": {}, **more}  # fmt: skip
    return Record(kept.sha256[:12], kept, drops, **given)


def kept(place: str, *rows: dict[str, Any], **columns: list[Any]) -> DatasetRef:
    """Rows that stay, with further columns."""
    frame = table(*rows).collect()
    return write_dataset(frame.with_columns(**{n: pl.Series(v) for n, v in columns.items()}), place)


def asked(item: str, **more: Any) -> dict[str, Any]:
    """What is noted of an item."""
    return {
        "item": item, "row": f"{item}-0", "sign": "judge", "suggestion": "keep", "wanted": 1,
        "editable": True, "repeats": "", "stratum": "", "population": None, **more,
    }  # fmt: skip


NOBODY = pl.DataFrame(schema=SAMPLE)


def unmasked(texts: list[str]) -> list[str]:
    """A mask that hides nothing, for texts that hold nothing."""
    return texts
