"""Write rows to the bytes of one file, in a format that trainers read."""

import io
import json
from collections import Counter
from difflib import get_close_matches
from typing import NamedTuple

import polars as pl

from tasks.base.errors import UsageError
from tasks.base.table import SCHEMA
from tasks.publish.lines import LINES, Line, RefusedRowError

FORMATS: tuple[str, ...] = (*LINES, "parquet")


class Exported(NamedTuple):
    """One file's worth of rows."""

    body: bytes
    rows: int  # written to `body`
    refused: dict[str, int]  # one of `lines.REFUSALS` -> rows that the format cannot hold


def export(rows: pl.DataFrame, format: str) -> Exported:
    """Write `rows` in `format`.

    Args:
        rows: Canonical rows. Scores and split go to Parquet alone, `drop_*` columns nowhere.
        format: One of `FORMATS`.

    Returns:
        The bytes of the file (JSON lines in UTF-8, or Parquet) in the order of `rows`, and how
        many rows were refused for which reason. The same rows give the same bytes.

    Raises:
        UsageError: There is no such format.
    """
    if format not in FORMATS:
        near = get_close_matches(format, FORMATS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(FORMATS)}"
        raise UsageError(f"no export format is called {format!r}; {hint}")
    if format == "parquet":
        return Exported(_parquet(rows), rows.height, {})
    lines: list[bytes] = []
    refused: Counter[str] = Counter()
    # Python: further fields and tools are JSON texts, which Polars would write as strings
    for row in rows.select("messages", "rejected", "tools").iter_rows(named=True):
        try:
            lines.append(_json(LINES[format](row)))
        except RefusedRowError as reason:
            refused[str(reason)] += 1
        except (ValueError, RecursionError):  # no JSON, NaN, half a surrogate pair, endless depth
            refused["unreadable_fields"] += 1
    return Exported(b"".join(lines), len(lines), dict(sorted(refused.items())))


def suffix(format: str) -> str:
    """Ending of the names of files in `format`."""
    return ".parquet" if format == "parquet" else ".jsonl"


def _json(line: Line) -> bytes:
    text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode() + b"\n"


def _parquet(rows: pl.DataFrame) -> bytes:
    own = [c for c in rows.columns if c not in SCHEMA and not c.startswith("drop_")]
    body = io.BytesIO()
    # without statistics, which would keep the smallest and the largest text of a column in clear
    rows.select(*SCHEMA.names(), *own).write_parquet(body, compression="zstd", statistics=False)
    return body.getvalue()
