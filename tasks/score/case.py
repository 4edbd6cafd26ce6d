"""What of a row a judge sees: the dialogue, the answer that closes it, and a reference if any.

Long texts lose their middle, and the judge is told so.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

REFERENCES = (
    "reference", "reference_answer", "reference_output", "ideal", "gold", "gold_answer",
    "ground_truth", "expected_output",
)  # fmt: skip
"""Keys of `meta` that hold an answer known to be right."""

Text = str | list[Any]
"""A text, or its beginning, what is missing, and its end; see `shortened`."""


class Turn(NamedTuple):
    """One turn of the dialogue."""

    role: str
    content: Text


class Case(NamedTuple):
    """What is judged: a dialogue, and the answer that closes it, or two to choose from."""

    turns: tuple[Turn, ...]  # oldest first, without the answer
    answers: tuple[Text, ...]
    reference: Text | None = None  # an answer known to be right

    @property
    def is_cut(self) -> bool:
        """Whether text was left out of it."""
        parts = (*(turn.content for turn in self.turns), *self.answers, self.reference)
        return any(isinstance(part, list) for part in parts)


def case_of(row: Mapping[str, Any], reference_field: str = "", limit: int = 0) -> Case | None:
    """The case of a row of the table; None where no answer closes it.

    Args:
        row: Needs messages and meta.
        reference_field: Key of `meta` that holds the reference; empty for any of `REFERENCES`.
        limit: The most characters, 0 for all; long texts lose their middle.
    """
    turns, answer = _closed(row["messages"])
    if not answer:
        return None
    reference = reference_of(row["meta"], reference_field)
    return shortened(Case(turns, (answer,), reference), limit)


def pair_of(row: Mapping[str, Any], reference_field: str = "", limit: int = 0) -> Case | None:
    """The case of a preference row, whose answer that lost comes second; else None.

    Args:
        row: Needs messages, rejected and meta.
        reference_field: As in `case_of`.
        limit: As in `case_of`.
    """
    case, (_, lost) = case_of(row, reference_field), _closed(row["rejected"])
    if case is None or not lost:
        return None
    return shortened(case._replace(answers=(*case.answers, lost)), limit)


def _closed(messages: Sequence[Mapping[str, Any]] | None) -> tuple[tuple[Turn, ...], str]:
    """Turns before the answer, and the answer; empty where none closes the dialogue."""
    if not messages or messages[-1]["role"] != "assistant":
        return (), ""
    *before, last = messages
    answer = _content(last)
    return tuple(Turn(m["role"], _content(m)) for m in before), answer if answer.strip() else ""


def _content(message: Mapping[str, Any]) -> str:
    """Text of a turn, and behind it the tools that it calls."""
    calls = json.loads(message["extra"]).get("tool_calls") if message["extra"] else None
    called = json.dumps(calls, ensure_ascii=False) if calls else ""
    return "\n".join(part for part in (message["content"], called) if part)


def reference_of(meta: str | None, field: str = "") -> str | None:
    """The reference in the JSON object `meta`, as text; None where there is none."""
    values = json.loads(meta) if meta else {}
    for name in (field,) if field else REFERENCES:
        found = values.get(name)
        if found not in (None, "", [], {}):
            return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)
    return None


def shortened(case: Case, limit: int) -> Case:
    """`case` with about `limit` characters of text at most; 0 for no limit.

    Short texts stay whole, and long ones share what is left. A text that is cut becomes a list of
    its beginning, how much is missing, and its end, which no text of a row can look like.
    """
    texts = [*(turn.content for turn in case.turns), *case.answers, case.reference or ""]
    most = _most_each([len(text) for text in texts], limit)
    return Case(
        tuple(turn._replace(content=_cut(turn.content, most)) for turn in case.turns),
        tuple(_cut(answer, most) for answer in case.answers),
        case.reference and _cut(case.reference, most),
    )


def _most_each(lengths: Sequence[int], limit: int) -> int:
    """How long each may be for all together to come to `limit`."""
    left = limit
    for at, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - at)
        if limit and length > share:
            return share
        left -= length
    return max(lengths)


def _cut(text: Text, most: int) -> Text:
    if isinstance(text, list) or len(text) <= most:
        return text
    return [text[: most - most // 2], {"characters_left_out": len(text) - most},
            text[len(text) - most // 2 :]]  # fmt: skip
