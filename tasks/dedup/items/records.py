"""What a record of an evaluation set asks, and what answers it.

Fields are found by the names that public sets give them. A conversation is one item per turn that
asks, and so is each instance of a nested task: a row that holds one of them has seen it. System
turns are no part of an item, for thousands of rows share them.
"""

from typing import Any, NamedTuple

from tasks.ingest.fields import CONTEXTS, Fields
from tasks.ingest.layouts import shape
from tasks.ingest.pairs import with_context
from tasks.ingest.records import Fault

QUESTIONS = ("question", "prompt", "instruction", "problem", "query", "task", "goal", "ctx",
             "input", "text")  # fmt: skip
RIGHT = ("answer", "best answer", "canonical_solution", "solution", "reference_answer", "reference",
         "target", "output", "response", "completion", "answers", "correct answers", "answerkey",
         "gold", "ideal", "label")  # fmt: skip
CHOICES = ("choices", "options", "endings")


class Item(NamedTuple):
    """One question of an evaluation set."""

    question: str
    answer: str | None = None
    choices: list[str] | None = None


def items_of(value: object) -> list[Item]:
    """The items of one record; none if it asks nothing."""
    if not isinstance(value, dict):
        return []
    fields = Fields(value)
    asked = fields.look("turns")
    if isinstance(asked, list) and all(isinstance(one, str) for one in asked):
        told = fields.look("reference")
        known = isinstance(told, list) and len(told) == len(asked)
        answers = told if known else [None] * len(asked)
        return [Item(one, _text(two)) for one, two in zip(asked, answers, strict=True)]
    name = next((n for n in QUESTIONS if isinstance(fields.look(n), str)), None)
    if isinstance(fields.look("instances"), list) and name:
        inner = [one for one in fields.look("instances") if isinstance(one, dict)]
        return [_plain(Fields({name: fields.look(name), **one}), name) for one in inner]
    return [_plain(fields, name)] if name else _said(value)


def _plain(fields: Fields, name: str) -> Item:
    contexts = [fields.look(c) for c in CONTEXTS if c != name]
    question = with_context(fields.look(name), [c for c in contexts if isinstance(c, str)])
    choices = _texts(next((fields.look(n) for n in CHOICES if n in fields.names), None))
    right = next((fields.look(n) for n in RIGHT if n in fields.names and n != name), None)
    return Item(question, _text(_chosen(right, choices)), choices or None)


def _chosen(right: object, choices: list[str]) -> object:
    """The right choice itself, where the record has its number or its letter."""
    if choices and isinstance(right, str) and len(right) == 1 and right not in choices:
        right = ord(right.upper()) - ord("A")
    if choices and isinstance(right, int) and not isinstance(right, bool):
        return choices[right] if 0 <= right < len(choices) else None
    return right


def _texts(value: Any) -> list[str]:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, dict):
        value = value.get("text")
    return [str(one) for one in value if one is not None] if isinstance(value, list) else []


def _text(value: Any) -> str | None:  # noqa: ANN401
    """One text of an answer, however it is wrapped."""
    if isinstance(value, str | int | float):
        return str(value) if str(value).strip() else None
    return next(iter(_texts(value)), None)


def _said(value: dict[str, Any]) -> list[Item]:
    """The turns that ask, of a record in any layout that a source may have."""
    made = next(iter(shape(value, {})))
    if isinstance(made, Fault):
        return []
    following = [*made.turns[1:], None]
    return [
        Item(one.content, two.content if two and two.role == "assistant" else None)
        for one, two in zip(made.turns, following, strict=True)
        if one.role == "user"
    ]
