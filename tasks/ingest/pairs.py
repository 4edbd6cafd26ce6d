"""A prompt and its answer in columns of their own: Alpaca and every other pair of names.

The prompt is the first of `PROMPTS` that is there; `input`, `context` and their kin follow it
after a blank line, as Alpaca's template has it. Labels (`intent`, `category`) are answers to a
text, but not to an instruction, where they only say what kind of row it is.
"""

from typing import Any

from tasks.ingest.drafts import Draft, draft, system_turn, tools_of
from tasks.ingest.fields import ANSWERS, CONTEXTS, LABELS, PROMPTS, TEXTS, Fields, shown, text
from tasks.ingest.records import Fault, RecordError, kind
from tasks.ingest.turns import Turn, turns_or_text


def read_pair(fields: Fields) -> Draft | None:
    """The row of a record with a prompt and an answer; None if it has neither.

    Raises:
        RecordError: One of the two is missing or is no text.
    """
    prompt, answer = _names(fields)
    found = shown(fields.record)
    if prompt is None and answer is None:
        return None
    if prompt is None:
        raise RecordError("missing_prompt", f"{answer} is there, but no prompt; fields: {found}")
    if answer is None:
        raise RecordError("missing_answer", f"{prompt} is there, but no answer; fields: {found}")
    is_alpaca = (prompt, answer) == ("instruction", "output")
    answers = turns_or_text(fields.take(answer), answer, "assistant")
    asked = prompt_turns(fields, prompt)
    return draft("alpaca" if is_alpaca else f"{prompt}/{answer}", fields, [*asked, *answers])


def _names(fields: Fields) -> tuple[str | None, str | None]:
    """Names of the prompt's and the answer's field."""
    if "act" in fields.names and "prompt" in fields.names and not fields.first(ANSWERS):
        return "act", "prompt"
    if prompt := fields.first(PROMPTS):
        return prompt, fields.first(ANSWERS, besides=prompt)
    if (words := fields.first(TEXTS)) and (answer := fields.first((*LABELS, *ANSWERS))):
        return words, answer
    return None, fields.first(ANSWERS)


def prompt_turns(fields: Fields, name: str) -> list[Turn]:
    """Turns up to the answer: history if there is one, then the prompt with its context."""
    asked = turns_or_text(fields.take(name), name, "user")
    if len(asked) == 1 and asked[0].role == "user" and asked[0].extra is None:
        contexts = [_context(fields, c) for c in CONTEXTS if c != name]
        asked = [Turn("user", with_context(asked[0].content, contexts))]
    return [*_history(fields), *asked]


def with_context(prompt: str, contexts: list[str]) -> str:
    """`prompt`, then what it is about, a blank line between; as it is where there is nothing."""
    said = [context for context in contexts if context.strip()]
    return "\n\n".join([prompt, *said] if prompt.strip() or not said else said)


def _context(fields: Fields, name: str) -> str:
    value = fields.look(name)
    return text(fields.take(name), name) if value is not None and value != [] else ""


def _history(fields: Fields) -> list[Turn]:
    """Alpaca's earlier exchanges, pairs of question and answer."""
    history = fields.look("history")
    if not isinstance(history, list) or not all(_is_exchange(pair) for pair in history):
        return []
    fields.take("history")
    return [t for ask, reply in history for t in (Turn("user", ask), Turn("assistant", reply))]


def _is_exchange(pair: Any) -> bool:  # noqa: ANN401
    return (
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(words, str) for words in pair)
    )


def read_nested(fields: Fields) -> list[Draft | Fault] | None:
    """A row per instance of a Self-Instruct record; None if it is none."""
    if "instances" not in fields.names or not fields.first(PROMPTS):
        return None
    instances = fields.take("instances")
    if not isinstance(instances, list):
        raise RecordError("not_text", f"instances is {kind(instances)}, where a list must be")
    if not instances:
        raise RecordError("missing_answer", "instances is an empty list")
    name = fields.first(PROMPTS) or ""
    instruction = text(fields.take(name), name)
    outer = Draft("self-instruct", system_turn(fields, []), None, tools_of(fields), fields.rest())
    return [_instance(n, instance, instruction, outer) for n, instance in enumerate(instances, 1)]


def _instance(number: int, instance: object, instruction: str, outer: Draft) -> Draft | Fault:
    if not isinstance(instance, dict):
        return Fault("not_text", f"instance {number} is {kind(instance)}, where an object must be")
    try:
        row = read_pair(Fields({"instruction": instruction, **instance}))
    except RecordError as error:
        return Fault(error.fault.reason, f"instance {number}: {error.fault.detail}")
    if row is None:
        return Fault("missing_answer", f"instance {number} has no answer")
    return outer._replace(turns=[*outer.turns, *row.turns], meta={**outer.meta, **row.meta})
