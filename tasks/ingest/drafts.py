"""A row before it is in the table, and what any layout may have beside its turns."""

from typing import Any, NamedTuple

import orjson

from tasks.base.table import MADE
from tasks.ingest.fields import TOOLS, Fields
from tasks.ingest.records import to_json
from tasks.ingest.turns import Turn, turns_or_text


class Draft(NamedTuple):
    """One row: a conversation and what came with it."""

    layout: str
    turns: list[Turn]
    rejected: list[Turn] | None
    tools: str | None
    meta: dict[str, Any]
    origin: str = "human"
    parent: str | None = None


def draft(
    layout: str, fields: Fields, turns: list[Turn], rejected: list[Turn] | None = None
) -> Draft:
    """The row of `turns`, with the record's system text and tools; the other fields are meta."""
    turns = [*system_turn(fields, turns), *turns]
    tools = tools_of(fields)  # before the rest is taken for meta
    origin, parent, recipe = _made(fields)
    return Draft(layout, turns, rejected, tools, {**fields.rest(), **recipe}, origin, parent)


def _made(fields: Fields) -> tuple[str, str | None, dict[str, Any]]:
    """Origin, parent and recipe of a row that a release says was made; it stays a made one.

    A field that is only called so, without the recipe that every made row has, says nothing.
    """
    origin, parent, meta = map(fields.look, ("origin", "parent", "meta"))
    if origin not in MADE or not isinstance(meta, str):
        return "human", None, {}
    try:
        kept = orjson.loads(meta)
    except orjson.JSONDecodeError:
        return "human", None, {}
    if not isinstance(kept, dict) or not isinstance(kept.get("recipe"), dict):
        return "human", None, {}
    for name in ("origin", "parent", "meta"):
        fields.take(name)
    return origin, parent if isinstance(parent, str) else None, kept


def system_turn(fields: Fields, turns: list[Turn]) -> list[Turn]:
    """The record's own system text as a turn, unless `turns` start with one or it is blank."""
    name = fields.first(("system", "systeminstruction", "system_instruction"))
    if name is None or (turns and turns[0].role == "system"):
        return []
    value = fields.take(name)
    if isinstance(value, dict):  # Gemini: {"parts": [{"text": ...}]}
        value = [{"role": "system", **{k: v for k, v in value.items() if k != "role"}}]
    elif isinstance(value, list):  # Bedrock: [{"text": ...}]
        value = [{"role": "system", "content": value}] if value else ""
    made = turns_or_text(value, name, "system")
    return [turn for turn in made if turn.content.strip() or turn.extra]


def tools_of(fields: Fields) -> str | None:
    """JSON of the tools on offer; a text that is no JSON stays in meta."""
    name = fields.first(TOOLS)
    value = fields.look(name) if name else None
    if name is None or not isinstance(value, str | list | dict):
        return None
    try:
        offered = orjson.loads(value or "[]") if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return None
    fields.take(name)
    if not offered:
        return None
    return value if isinstance(value, str) else to_json(value)
