"""Which layout a record has, and the rows it makes. Told record by record: a file may mix them.

Layouts are tried from the most particular to the most general. A record of none of them is a
fault that names its fields, so that `--text-columns` can be given.
"""

from collections.abc import Mapping

from tasks.ingest.conversations import read_conversation
from tasks.ingest.drafts import Draft
from tasks.ingest.fields import Fields, shown
from tasks.ingest.pairs import read_nested, read_pair, with_context
from tasks.ingest.preferences import read_preference
from tasks.ingest.records import Fault, RecordError, kind
from tasks.ingest.turns import Turn, turns_or_text

Rows = list[Draft | Fault]


def shape(value: object, text_columns: Mapping[str, str]) -> Rows:
    """The rows of a record, or the one fault that it has; never empty.

    Args:
        value: What was read, by rights a JSON object.
        text_columns: Columns that the user named, by role; empty: found by their names.
    """
    if isinstance(value, Fault):
        return [value]
    if not isinstance(value, dict):
        return [Fault("not_an_object", f"the record is {kind(value)}, where an object must be")]
    try:
        return [_named(value, text_columns)] if text_columns else _found(Fields(value))
    except RecordError as error:
        return [error.fault]


def _found(fields: Fields) -> Rows:
    if row := read_preference(fields) or read_conversation(fields):
        return [row]
    if rows := read_nested(fields):
        return rows
    if row := read_pair(fields):
        return [row]
    raise RecordError(
        "unknown_layout",
        f"fields: {shown(fields.record)}; say which hold the text with "
        "`--text-columns prompt=NAME answer=NAME`",
    )


def _named(record: dict[str, object], columns: Mapping[str, str]) -> Draft:
    """The row that the user's columns make."""
    asked: list[Turn] = []
    for role, speaker in (("system", "system"), ("prompt", "user"), ("answer", "assistant")):
        column = columns.get(role)
        if column is None:
            continue
        if record.get(column) is None:
            if role == "system":
                continue
            raise RecordError(f"missing_{role}", f"the column {column!r} is absent or null")
        asked += turns_or_text(record[column], column, speaker)
        if role == "prompt":
            asked = _with_context(asked, record.get(columns.get("input", "")), columns)
    others = {k: v for k, v in record.items() if k not in columns.values()}
    meta = {name: field for name, field in others.items() if field is not None}
    turns = [turn for turn in asked if turn.content or turn.role != "system"]
    return Draft("text-columns", turns, None, None, meta)


def _with_context(asked: list[Turn], context: object, columns: Mapping[str, str]) -> list[Turn]:
    if context is None or context == "":
        return asked
    return [*asked[:-1], *_joined(asked[-1], turns_or_text(context, columns["input"], "user"))]


def _joined(prompt: Turn, context: list[Turn]) -> list[Turn]:
    if len(context) > 1 or prompt.role != "user":
        return [prompt, *context]
    return [prompt._replace(content=with_context(prompt.content, [context[0].content]))]
