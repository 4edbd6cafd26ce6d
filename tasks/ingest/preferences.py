"""Preference rows: one prompt, the answer that won and the answer that lost.

`messages` is the conversation with the winning answer; `rejected` holds the losing turns alone.
Shapes: prompt, chosen, rejected as text or turns (TRL, where the prompt may also be the start
that both share), OpenAI's `preferred_output`, and Bedrock Nova's `candidates` in the last turn.
"""

from typing import Any

from tasks.ingest.drafts import Draft, draft
from tasks.ingest.fields import CONTEXTS, CONVERSATIONS, PROMPTS, Fields
from tasks.ingest.pairs import prompt_turns
from tasks.ingest.records import RecordError
from tasks.ingest.turns import Turn, listed, turn_list, turns_or_text


def read_preference(fields: Fields) -> Draft | None:
    """The row of a preference record; None if it is none."""
    if fields.first(("chosen",)) and fields.first(("rejected",)):
        return _chosen(fields)
    if fields.first(("preferred_output",)) and fields.first(("non_preferred_output",)):
        return _openai(fields)
    return None


def _chosen(fields: Fields) -> Draft:
    chosen = turns_or_text(fields.take("chosen"), "chosen", "assistant")
    rejected = turns_or_text(fields.take("rejected"), "rejected", "assistant")
    if chosen[0].role not in ("assistant", "tool"):  # whole conversations, the prompt included
        shared = _shared(chosen, rejected)
        prompt = fields.look("prompt")
        if prompt is not None and any(turn.content == prompt for turn in chosen):
            fields.take("prompt")
        return draft("preference", fields, chosen, rejected[shared:])
    return draft("preference", fields, [*_prompt(fields), *chosen], rejected)


def _prompt(fields: Fields) -> list[Turn]:
    if name := fields.first(CONVERSATIONS):
        return turn_list(fields.take(name), name)
    if name := fields.first((*PROMPTS, *CONTEXTS)):
        return prompt_turns(fields, name)
    raise RecordError("missing_prompt", "chosen and rejected are there, but no prompt")


def _shared(chosen: list[Turn], rejected: list[Turn]) -> int:
    """How many turns both start with; the last of `rejected` is never shared."""
    same = 0
    for one, other in zip(chosen, rejected[:-1], strict=False):
        if one != other:
            break
        same += 1
    return same


def _openai(fields: Fields) -> Draft:
    asked: Any = fields.look("input")
    chosen = turn_list(fields.take("preferred_output"), "preferred_output")
    rejected = turn_list(fields.take("non_preferred_output"), "non_preferred_output")
    if not isinstance(asked, dict):
        if asked is None:
            raise RecordError("missing_prompt", "preferred_output is there, but no input")
        prompt = turns_or_text(fields.take("input"), "input", "user")
        return draft("preference", fields, [*prompt, *chosen], rejected)
    inner = Fields(asked)
    made = draft("preference", inner, turn_list(inner.take("messages"), "input.messages"))
    fields.take("input")
    outer = draft("preference", fields, [*made.turns, *chosen], rejected)
    meta = {**outer.meta, **({"input": made.meta} if made.meta else {})}
    return outer._replace(tools=made.tools or outer.tools, meta=meta)


def candidates(value: object, field: str) -> tuple[list[Any], list[Turn] | None]:
    """Turns of a Nova preference record with the preferred candidate as the last, and the other.

    The turns come back as they were, and None, where the last one has no candidates.
    """
    items = listed(value, field)
    last = items[-1] if items else None
    if not isinstance(last, dict) or not isinstance(last.get("candidates"), list):
        return items, None
    by_label = {c.get("preferenceLabel"): c for c in last["candidates"] if isinstance(c, dict)}
    if not {"preferred", "non-preferred"} <= set(by_label):
        raise RecordError("missing_answer", "candidates lack a preferred or a non-preferred one")
    won, lost = (
        {
            **{k: v for k, v in last.items() if k != "candidates"},
            "content": by_label[label].get("content"),
        }
        for label in ("preferred", "non-preferred")
    )
    return [*items[:-1], won], turn_list([lost], f"the candidates of {field}")
