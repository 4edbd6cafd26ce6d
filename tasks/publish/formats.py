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
CHAT = ("openai", "trl")  # a row of turns and nothing else reads `{"messages": ...}`
USED = ("messages", "rejected", "tools")


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
    line = _chat() if format in CHAT else pl.repeat(None, pl.len(), dtype=pl.String)
    lines: list[str | None] = rows.select(line).to_series().to_list()
    refused: Counter[str] = Counter()
    left = [at for at, line in enumerate(lines) if line is None]
    # Python: further fields and tools are JSON texts, which Polars would write as strings
    for at, row in zip(left, rows[left].select(USED).iter_rows(named=True), strict=True):
        try:
            lines[at] = _json(LINES[format](row))
        except RefusedRowError as reason:
            refused[str(reason)] += 1
        except (ValueError, RecursionError):  # no JSON, NaN, half a surrogate pair, endless depth
            refused["unreadable_fields"] += 1
    written = [line for line in lines if line is not None]
    body = "".join(f"{line}\n" for line in written).encode()
    return Exported(body, len(written), dict(sorted(refused.items())))


def suffix(format: str) -> str:
    """Ending of the names of files in `format`."""
    return ".parquet" if format == "parquet" else ".jsonl"


def _chat() -> pl.Expr:
    """The line of a row that is nothing but turns with nothing but a role and a text; else null.

    The same bytes as those of `_json`, in a twelfth of the time.
    """
    field = pl.element().struct.field
    is_bare = field("extra").is_null() & field("content").is_not_null()
    turns = pl.col("messages").list
    chat = pl.struct(messages=turns.eval(pl.struct(field("role"), field("content"))))
    is_chat = (
        turns.eval(is_bare).list.all() & pl.col("rejected").is_null() & pl.col("tools").is_null()
    )
    return pl.when(is_chat).then(chat.struct.json_encode()).alias("line")


def _json(line: Line) -> str:
    """One line; UTF-8 can write it."""
    text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    text.encode()  # here, where half a surrogate pair is the row's own fault
    return text


def _parquet(rows: pl.DataFrame) -> bytes:
    own = [c for c in rows.columns if c not in SCHEMA and not c.startswith("drop_")]
    body = io.BytesIO()
    # without statistics, which would keep the smallest and the largest text of a column in clear
    rows.select(*SCHEMA.names(), *own).write_parquet(body, compression="zstd", statistics=False)
    return body.getvalue()
