"""Drafts and faults as tables, with ids made from content.

The id of a row is a hash of all that a model could learn from: roles, texts and extras of its
turns, the losing answer, the tools. Where it came from is no part of it, so the same row has the
same id in every file and every night. The hash is over JSON, in which no two rows look alike.
"""

import hashlib
from typing import NamedTuple

import orjson
import polars as pl

from tasks.base.table import MESSAGE, QUARANTINE, SCHEMA, TURNS
from tasks.ingest.drafts import Draft
from tasks.ingest.records import Fault, Record, raw_text, to_json
from tasks.ingest.turns import Turn

HEX = 16  # digits of an id: 64 bits, one collision expected among four thousand million rows


class Row(NamedTuple):
    """A draft with what only the reader knows."""

    source_row: int
    draft: Draft
    meta: str | None


def row_of(record: Record, draft: Draft) -> Row:
    """`draft` ready for the table.

    Raises:
        RecordError: What goes to `meta` is nested too deeply to be written.
    """
    return Row(record.row, draft, to_json(draft.meta) if draft.meta else None)


def rows_table(rows: list[Row], source: str) -> pl.DataFrame:
    """`rows` in the one schema; `id` is the content hash alone."""
    drafts = [row.draft for row in rows]
    return pl.DataFrame(
        {
            "id": [content_hash(d) for d in drafts],
            "source": pl.repeat(source, len(rows), dtype=pl.String, eager=True),
            "source_row": [row.source_row for row in rows],
            "messages": _column([d.turns for d in drafts]),
            "rejected": _column([d.rejected or [] for d in drafts]),
            "tools": [d.tools for d in drafts],
            "origin": [d.origin for d in drafts],
            "parent": [d.parent for d in drafts],
            "meta": [row.meta for row in rows],
        },
        schema=SCHEMA,
    )


def faults_table(faults: list[tuple[Record, Fault]], source: str) -> pl.DataFrame:
    """`faults` in the schema of quarantine; `id` is q and the hash of the raw text."""
    raws = [raw_text(record) for record, _ in faults]
    return pl.DataFrame(
        {
            "id": ["q" + _digest(raw.encode()) for raw in raws],
            "source": [source] * len(faults),
            "source_row": [record.row for record, _ in faults],
            "line": [record.line for record, _ in faults],
            "reason": [fault.reason for _, fault in faults],
            "detail": [fault.detail for _, fault in faults],
            "raw": raws,
        },
        schema=QUARANTINE,
    )


def content_hash(draft: Draft) -> str:
    """16 hex digits that two rows share only if they are the same conversation."""
    losing = [[*turn] for turn in draft.rejected or ()]
    return _digest(orjson.dumps([[[*turn] for turn in draft.turns], losing, draft.tools]))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HEX]


def _column(conversations: list[list[Turn]]) -> pl.Series:
    """Lists of turns as a column, none as null; thirteen times as fast as from nested objects."""
    owners = [n for n, turns in enumerate(conversations) for _ in turns]
    flat = [turn for turns in conversations for turn in turns]
    spoken = pl.DataFrame(flat, schema=dict(MESSAGE), orient="row")
    nested = (
        spoken.select(pl.struct(pl.all()).alias("turns"))
        .with_columns(pl.Series("owner", owners, pl.Int64))
        .group_by("owner", maintain_order=True)
        .agg("turns")
    )
    every = pl.DataFrame({"owner": range(len(conversations))}, schema={"owner": pl.Int64})
    return every.join(nested, on="owner", how="left", maintain_order="left")["turns"].cast(TURNS)
