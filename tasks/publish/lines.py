"""How one row reads in each JSON format. No row is bent to fit: it fits, or it is refused.

| format | a line is | what it cannot hold |
| --- | --- | --- |
| openai | `messages`, or `input` with a preferred and a non-preferred output | nothing |
| trl | `messages`, or `prompt`, `chosen` and `rejected` | nothing |
| alpaca | `instruction`, `input`, `output`, `system`, `history` | tools, other fields, pairs |
| sharegpt | `conversations` of `from` and `value`, `tools` | parallel calls, other fields, pairs |

A row with `rejected` is a preference pair. Its winning answer is as long as its losing one: the
last turn where that is one turn, else every turn after the user's last.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Turn = dict[str, Any]
Row = dict[str, Any]
Line = dict[str, Any]

REFUSALS = {
    "preference_row": "the format holds one answer, and the row has a winning and a losing one",
    "no_answer": "the winning or the losing answer is missing, or a turn of it is the user's",
    "tool_turns": "the format has no place for tools, their calls and their results",
    "parallel_calls": "an assistant turn calls several tools, or says something beside its call",
    "turn_order": "turns do not alternate between user and assistant, ending with the assistant",
    "turn_fields": "a turn has a further field (name, weight, typed parts) with no place for it",
    "stale_parts": "the typed parts of a turn say something else than its text",
    "unreadable_fields": "tools or further fields are not JSON that every reader accepts",
}

_SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt", "tool": "observation"}
_TEXT_PARTS = ("text", "input_text", "output_text")


class RefusedRowError(Exception):
    """A format cannot hold a row; the message is the reason, one of `REFUSALS`."""


def openai(row: Row) -> Line:
    """The row as OpenAI's fine-tuning takes it: chat, or preference where an answer lost."""
    if row["rejected"] is None:
        return {"messages": [_message(t) for t in row["messages"]], **_tools(row)}
    prompt, winning, losing = _pair(row)
    return {
        "input": {"messages": prompt, "tools": [], **_tools(row), "parallel_tool_calls": True},
        "preferred_output": winning,
        "non_preferred_output": losing,
    }


def trl(row: Row) -> Line:
    """The row as TRL takes it, in its conversational form."""
    if row["rejected"] is None:
        return {"messages": [_message(t) for t in row["messages"]], **_tools(row)}
    prompt, winning, losing = _pair(row)
    return {"prompt": prompt, "chosen": winning, "rejected": losing, **_tools(row)}


def alpaca(row: Row) -> Line:
    """The row as instruction and output; earlier exchanges go to `history`."""
    turns = _single(row)
    fields = {name for turn in turns for name in _fields(turn)}
    if row["tools"] is not None or "tool_calls" in fields or "tool" in {t["role"] for t in turns}:
        raise RefusedRowError("tool_turns")
    if fields:
        raise RefusedRowError("turn_fields")
    system = {"system": turns[0]["content"]} if turns and turns[0]["role"] == "system" else {}
    said = turns[len(system) :]
    if not said or [t["role"] for t in said] != ["user", "assistant"] * (len(said) // 2):
        raise RefusedRowError("turn_order")
    texts = [turn["content"] for turn in said]
    *history, (asked, answered) = zip(texts[::2], texts[1::2], strict=True)
    earlier = {"history": history} if history else {}
    return {"instruction": asked, "input": "", "output": answered, **system, **earlier}


def sharegpt(row: Row) -> Line:
    """The row as ShareGPT turns; a tool call is JSON of its name and arguments.

    Which call a result belongs to is told by order alone, so that only one may be open.
    """
    said = [_spoken(turn) for turn in _single(row)]
    return {"conversations": said, **({} if row["tools"] is None else {"tools": row["tools"]})}


LINES: dict[str, Callable[[Row], Line]] = {
    "openai": openai,
    "trl": trl,
    "alpaca": alpaca,
    "sharegpt": sharegpt,
}


def _message(turn: Turn) -> Turn:
    """The turn as it came: further keys unfolded, typed parts in place of their text."""
    message = {"role": turn["role"], "content": turn["content"]}
    if turn["extra"] is None:
        return message
    extra = _extra(turn)
    if isinstance(extra.get("content"), list):
        _check_parts(extra["content"], turn["content"])
    return {**message, **extra}


def _check_parts(parts: list[Any], content: str) -> None:
    """Refuse typed parts that an edit of the text has not reached: they would undo the edit."""
    for part in parts:
        is_text = isinstance(part, dict) and part.get("type", "text") in _TEXT_PARTS
        text = part.get("text", part.get("value")) if is_text else part
        if isinstance(text, str) and text.strip() not in content:
            raise RefusedRowError("stale_parts")


def _pair(row: Row) -> tuple[list[Turn], list[Turn], list[Turn]]:
    """Prompt, winning and losing answer of a preference row."""
    turns, losing = row["messages"], row["rejected"]
    users = [i for i, turn in enumerate(turns) if turn["role"] not in ("assistant", "tool")]
    start = len(turns) - 1 if len(losing) == 1 else max(users, default=-1) + 1
    prompt, winning = turns[: max(start, 0)], turns[max(start, 0) :]
    for answer in (winning, losing):
        if not answer or {t["role"] for t in answer} - {"assistant", "tool"}:
            raise RefusedRowError("no_answer")
    written = [[_message(t) for t in part] for part in (prompt, winning, losing)]
    return written[0], written[1], written[2]


def _single(row: Row) -> list[Turn]:
    """Turns of a row with one answer."""
    if row["rejected"] is not None:
        raise RefusedRowError("preference_row")
    turns: list[Turn] = row["messages"]
    return turns


def _fields(turn: Turn) -> dict[str, Any]:
    """Further keys of a turn that say something."""
    return {key: value for key, value in _extra(turn).items() if value is not None}


def _extra(turn: Turn) -> dict[str, Any]:
    extra = json.loads(turn["extra"] or "{}")
    if not isinstance(extra, dict):
        raise RefusedRowError("unreadable_fields")
    return extra


def _tools(row: Row) -> Line:
    return {} if row["tools"] is None else {"tools": json.loads(row["tools"])}


def _spoken(turn: Turn) -> Turn:
    """One ShareGPT turn."""
    fields = _fields(turn)
    calls = fields.pop("tool_calls", None)
    links = {"tool_call_id", "name"} if turn["role"] == "tool" else set()
    if fields.keys() - links or turn["role"] not in _SPEAKERS:
        raise RefusedRowError("turn_fields")
    if calls is None:
        return {"from": _SPEAKERS[turn["role"]], "value": turn["content"]}
    if not isinstance(calls, list) or len(calls) != 1 or turn["content"]:
        raise RefusedRowError("parallel_calls")
    return {"from": "function_call", "value": json.dumps(_called(calls[0]), ensure_ascii=False)}


def _called(call: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the record had
    """Name and arguments of a tool call; arguments as an object where their text is JSON."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or "name" not in function:
        raise RefusedRowError("turn_fields")
    arguments = function.get("arguments")
    with suppress(ValueError):  # arguments that are broken JSON stay a text
        arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    return {"name": function["name"], "arguments": arguments}
