"""One turn of a conversation, from any of the shapes that turns come in.

The text may lie in `content`, `value`, `parts` or `text`, and the speaker in `role` or `from`,
under any of his usual names. Typed parts are kept whole beside their joined text; the parts of
the Bedrock and Gemini kind that hold a text and nothing else are just that text.
"""

from typing import Any, NamedTuple

import orjson

from tasks.ingest.fields import shown, text
from tasks.ingest.records import RecordError, kind, to_json

ROLES = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "prompter": "user", "customer": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant",
    "chatgpt": "assistant", "ai": "assistant", "function_call": "assistant",
    "tool": "tool", "function": "tool", "observation": "tool", "function_response": "tool",
}  # fmt: skip

_TEXTS = ("content", "value", "parts", "text")
_CALLS = ("tool_calls", "function_call")


class Turn(NamedTuple):
    """A message as the table has it."""

    role: str
    content: str
    extra: str | None = None


def turn_list(value: object, field: str) -> list[Turn]:
    """The turns in `value`, a list of objects or its JSON text.

    Raises:
        RecordError: It is something else, has no turn, or has a turn that cannot be read.
    """
    items = listed(value, field)
    if not items:
        raise RecordError("no_turns", f"{field} is an empty list")
    return [_turn(item, number, field) for number, item in enumerate(items, 1)]


def listed(value: object, field: str) -> list[Any]:
    """`value` as a list; a table's cell holds one as JSON text."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise RecordError("malformed_json", f"{field} holds broken JSON") from error
    if not isinstance(value, list):
        raise RecordError("no_turns", f"{field} is {kind(value)}, where a list of turns must be")
    return value


def turns_or_text(value: object, field: str, role: str) -> list[Turn]:
    """One turn by `role` from text; the turns themselves from a turn or a list of turns."""
    if isinstance(value, dict) and ({"role", "from"} & set(value)):
        return [_turn(value, 1, field)]
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return turn_list(value, field)
    return [Turn(role, text(value, field))]


def _turn(item: object, number: int, field: str) -> Turn:
    where = f"turn {number} of {field}"
    if not isinstance(item, dict):
        raise RecordError("not_text", f"{where} is {kind(item)}, where an object must be")
    speaker = next((key for key in ("role", "from") if key in item), None)
    name = str(item[speaker]).strip().lower() if speaker else ""
    if name not in ROLES:
        problem = "has a role that is not known" if speaker else "has no role"
        raise RecordError("unknown_role", f"{where} {problem}; known are {', '.join(ROLES)}")
    slot = next((key for key in _TEXTS if key in item), None)
    extra = {k: v for k, v in item.items() if k not in (speaker, slot)}
    if slot is None and not any(extra.get(call) for call in _CALLS):
        raise RecordError("missing_content", f"{where} has no text, only {shown(item)}")
    value = item[slot] if slot else ""
    if name == "function_call" and (calls := _called(value, number)):
        return Turn("assistant", "", to_json({"tool_calls": calls, **extra}))
    content, is_whole = _content(value, where)
    if not is_whole:
        extra = {"content": value, **extra}
    return Turn(ROLES[name], content, to_json(extra) if extra else None)


def _content(value: object, where: str) -> tuple[str, bool]:
    """Text of a turn, and whether it says all that `value` says."""
    if isinstance(value, str):
        return value, True
    if value is None:
        return "", False
    if not isinstance(value, list):
        raise RecordError("not_text", f"{where} holds {kind(value)}, where text must be")
    texts = [part for part in map(_part, value) if part is not None]
    plain = all(isinstance(part, str) or set(part) == {"text"} for part in value if _is_part(part))
    return "\n\n".join(texts), bool(value) and plain and len(texts) == len(value)


def _is_part(part: object) -> bool:
    return isinstance(part, str | dict)


def _part(part: object) -> str | None:
    """Text of one typed part; None for a picture, a tool's result and the like."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type", "text") not in (
        "text",
        "input_text",
        "output_text",
    ):
        return None
    found = part.get("text", part.get("value"))
    return found if isinstance(found, str) else None


def _called(value: object, number: int) -> list[dict[str, Any]]:
    """The calls in a `function_call` turn as OpenAI writes them; none if it is not JSON."""
    try:
        parsed = orjson.loads(value) if isinstance(value, str) else value
    except orjson.JSONDecodeError:
        return []
    calls = parsed if isinstance(parsed, list) else [parsed]
    if not all(isinstance(call, dict) and isinstance(call.get("name"), str) for call in calls):
        return []
    return [
        {"id": f"call_{number}_{n}", "type": "function",
         "function": {"name": call["name"], "arguments": _arguments(call.get("arguments", {}))}}
        for n, call in enumerate(calls, 1)
    ]  # fmt: skip


def _arguments(value: object) -> str:
    return value if isinstance(value, str) else to_json(value)
