"""The form of an answer: how a model is told of it, and how an answer is read as it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

Rung = Literal["strict", "fenced", "repaired", "asked_again", ""]
"""Where on the ladder an answer was taken; empty where there is none."""

_FENCE = re.compile(r"```[a-zA-Z]*\s*\n?(.*?)```", re.DOTALL)
_FORM = (
    "\n\nAnswer with one JSON value that follows this JSON schema, and with nothing else:\n{schema}"
)


def parse(
    text: str, shape: type[BaseModel], *, is_whole: bool = True
) -> tuple[BaseModel | None, Rung, str]:
    """Read `text` as `shape`.

    Args:
        text: What a model wrote.
        shape: The form it should have.
        is_whole: Whether the model came to its end. What was cut is not repaired: the part that
            is missing would be made up.

    Returns:
        The value, the rung it was found on and, without a value, what is wrong, in words for the
        model (they may quote its answer).
    """
    said = text.rpartition("</think>")[2].strip()
    value, errors = _valid(said, shape)
    if value is not None:
        return value, "strict" if said == text.strip() else "fenced", ""
    embedded = said[max(said.find("{"), 0) : said.rfind("}") + 1]
    for candidate in (*reversed(_FENCE.findall(said)), embedded):
        value, _ = _valid(candidate.strip(), shape)
        if value is not None:
            return value, "fenced", ""
    if is_whole:
        value, errors = _repaired(said, shape)
    return value, "repaired" if value is not None else "", errors


def _valid(text: str, shape: type[BaseModel]) -> tuple[BaseModel | None, str]:
    try:
        return shape.model_validate_json(text), ""
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)
        told = [f"{'.'.join(map(str, one['loc'])) or 'answer'}: {one['msg']}" for one in wrong[:5]]
        return None, "; ".join(told)


def _repaired(text: str, shape: type[BaseModel]) -> tuple[BaseModel | None, str]:
    from json_repair import loads

    value = loads(text)
    if not isinstance(value, dict | list):  # plain text is "repaired" to an empty string
        return None, "answer: it holds no JSON"
    return _valid(json.dumps(value), shape)


def with_form(
    messages: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]
) -> tuple[Mapping[str, Any], ...]:
    """`messages` with the schema behind the last turn, for endpoints that take none."""
    told = _FORM.format(schema=json.dumps(schema, ensure_ascii=False))
    *before, last = messages
    if last["role"] == "user" and isinstance(last["content"], str):
        return (*before, {**last, "content": last["content"] + told})
    return (*messages, {"role": "user", "content": told.strip()})


def strict_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """JSON schema of `shape` as strict mode wants it.

    Every field is required, nothing else is allowed, nothing has a default, and a reference
    stands alone.
    """
    strict: dict[str, Any] = _strict(shape.model_json_schema())
    return strict


def _strict(node: Any) -> Any:  # noqa: ANN401 (any JSON)
    if isinstance(node, list):
        return [_strict(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    tight = {k: _strict(v) for k, v in node.items() if k != "default"}
    if isinstance(node.get("properties"), dict):
        # here names are those of fields, and one of them may be called default
        named = {name: _strict(field) for name, field in node["properties"].items()}
        tight |= {
            "properties": named, "required": list(named), "additionalProperties": False,
        }  # fmt: skip
    return tight
