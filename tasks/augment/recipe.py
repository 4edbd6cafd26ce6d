"""How a made row came to be: the recipe in its `meta`, without which no row is made."""

import hashlib
from typing import Any, NamedTuple

import orjson
import polars as pl

from tasks.base.table import SCHEMA

Turns = list[dict[str, Any]]


class Recipe(NamedTuple):
    """What a row was made by."""

    stage: str
    operator: str  # or the name of a template
    model: str = ""  # that wrote it; empty: none did
    prompts: int = 0  # version of the words that it was asked with
    generation: int = 1  # steps from the seed
    seed: str = ""  # id of the human row at the beginning
    record: str = ""  # number of the record it was made of, from 0
    fault: str | None = None  # why it is no use, if it is none
    told: str | None = None  # evidence for that; never text of a row


def recipe_field(name: str) -> pl.Expr:
    """One field of the recipe in `meta`, as text; null where there is none."""
    return pl.col("meta").str.json_path_match(f"$.recipe.{name}")


def turn(role: str, content: str) -> dict[str, Any]:
    """One plain turn."""
    return {"role": role, "content": content, "extra": None}


def made_row(
    turns: Turns, recipe: Recipe, *, origin: str, source: str, parent: str | None
) -> dict[str, Any]:
    """A row of the table; its id depends on what it says and on what it was made from."""
    said = [[one["role"], one["content"]] for one in turns]
    made_of = [recipe.stage, recipe.operator, recipe.generation, recipe.record, source, parent]
    blob = orjson.dumps([said, made_of])
    meta = {"recipe": {k: v for k, v in recipe._asdict().items() if v not in (None, "")}}
    return {
        "id": f"{hashlib.sha256(blob).hexdigest()[:16]}-m",
        "source": source, "source_row": None, "messages": turns, "rejected": None, "tools": None,
        "origin": origin, "parent": parent, "meta": orjson.dumps(meta).decode(),
    }  # fmt: skip


def made_table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Made rows as a table, one for each id."""
    return pl.DataFrame(rows, schema=SCHEMA).unique("id", keep="first", maintain_order=True)
