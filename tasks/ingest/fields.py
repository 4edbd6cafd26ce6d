"""The names that instruction data gives its fields, and a record's fields by those names.

Names are compared without case and outer blanks. Order matters: the first name found wins, and
what is not taken goes to `meta`.
"""

import re
from typing import Any

from tasks.ingest.records import RecordError, kind

CONVERSATIONS = ("messages", "conversations", "conversation", "contents", "dialog", "turns", "chat")
PROMPTS = ("instruction", "question", "prompt", "query", "problem", "user", "input")
ANSWERS = ("output", "response", "answer", "completion", "target", "reply", "sql", "solution",
           "assistant", "query", "chosen")  # fmt: skip
CONTEXTS = ("input", "context", "passage", "instructions", "schema", "create_table", "table_schema")
TEXTS = ("text", "utterance", "sentence", "document", "article", "dialogue")
LABELS = ("intent", "label", "category", "sentiment", "class", "summary", "highlights")
TOOLS = ("tools", "functions")

KNOWN = {*CONVERSATIONS, *PROMPTS, *ANSWERS, *CONTEXTS, *TEXTS, *LABELS, *TOOLS, "system", "act",
         "instances", "rejected", "preferred_output", "non_preferred_output"}  # fmt: skip

_SHOWABLE = re.compile(r"[A-Za-z_][\w.-]{0,39}")
_MANY = 12


class Fields:
    """A record whose fields can be taken by their usual names; null counts as absent."""

    def __init__(self, record: dict[str, Any]) -> None:
        """Look at `record`, which stays as it is."""
        self.record = record
        self.names = {k.strip().lower(): k for k, v in record.items() if v is not None}
        self._taken: set[str] = set()

    def first(self, names: tuple[str, ...], besides: str = "") -> str | None:
        """The first of `names` that the record has, other than `besides`."""
        return next((n for n in names if n in self.names and n != besides), None)

    def look(self, name: str) -> Any:  # noqa: ANN401 (whatever JSON holds)
        """Value of `name`, or None."""
        return self.record[self.names[name]] if name in self.names else None

    def take(self, name: str) -> Any:  # noqa: ANN401
        """Value of `name`, which then does not go to `meta`."""
        value = self.look(name)
        if value is not None:
            self._taken.add(self.names[name])
        return value

    def rest(self) -> dict[str, Any]:
        """Every field that was not taken, nulls apart."""
        return {k: v for k, v in self.record.items() if k not in self._taken and v is not None}


def text(value: object, field: str) -> str:
    """`value` if it is text.

    Raises:
        RecordError: It is something else.
    """
    if isinstance(value, str):
        return value
    raise RecordError("not_text", f"{field} is {kind(value)}, where text must be")


def is_name(name: object) -> bool:
    """Whether a field's name looks like one; what does not may be a value, even a private one."""
    return isinstance(name, str) and bool(_SHOWABLE.fullmatch(name))


def shown(names: Any) -> str:  # noqa: ANN401
    """Names of fields for a message; what does not look like a name may be a value."""
    plain = [n for n in names if is_name(n)]
    more = len(list(names)) - len(plain[:_MANY])
    listed = ", ".join(plain[:_MANY])
    if more:
        return f"{listed} and {more} more" if listed else f"{more} fields"
    return listed or "no field"
