"""Small tables to test with."""

from typing import Any

import polars as pl

from tasks.base.table import SCHEMA


def turn(role: str, content: str, extra: str | None = None) -> dict[str, Any]:
    """One message."""
    return {"role": role, "content": content, "extra": extra}


def row(id: str, *turns: dict[str, Any] | str, source: str = "s", **more: Any) -> dict[str, Any]:
    """A row whose plain texts alternate user, assistant."""
    roles = ("user", "assistant")
    messages = [turn(roles[i % 2], t) if isinstance(t, str) else t for i, t in enumerate(turns)]
    blank = dict.fromkeys(SCHEMA)
    return {**blank, "id": id, "source": source, "source_row": 0, "messages": messages,
            "origin": "human", **more}  # fmt: skip


def table(*rows: dict[str, Any]) -> pl.LazyFrame:
    """A table of `rows`, empty if there are none."""
    return pl.LazyFrame(list(rows), schema=SCHEMA)


def texts(rows: pl.LazyFrame | pl.DataFrame) -> list[list[str]]:
    """Contents of all turns, a list per row."""
    messages = rows.lazy().select("messages").collect()["messages"].to_list()
    return [[m["content"] for m in row] for row in messages]
