"""Items as JSON lines, and as CSV for a spreadsheet; whoever answers fills in the last columns.

Several people answer in copies of the file, named as they are, or name themselves in `person`.
"""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tasks.base.errors import UsageError
from tasks.review.items import Item
from tasks.review.votes import Vote

SHOWN = (
    "item", "row", "source", "state", "stage", "dropped_for", "detail", "why", "question",
    "prompt", "answer", "twin", "twin_prompt", "twin_answer", "differs", "suggestion", "score",
    "wanted",
)  # fmt: skip
FILLED = {"decision": "", "edited_answer": "", "reason": "", "person": ""}
"""Columns for people: keep, drop or edit; the text of an edit; why; who."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def line(item: Item) -> dict[str, Any]:
    """What people see of an item."""
    known = item.model_dump()
    return {name: known[name] for name in SHOWN}


def write_jsonl(items: Sequence[Item]) -> bytes:
    """A JSON object per line, with the keys of `FILLED` to fill in."""
    lines = [json.dumps(line(one) | FILLED, ensure_ascii=False) for one in items]
    return "".join(f"{one}\n" for one in lines).encode()


def write_csv(items: Sequence[Item]) -> bytes:
    """CSV with a mark of its encoding, which spreadsheets ask for; no cell is a formula."""
    sink = io.StringIO(newline="")
    table = csv.DictWriter(sink, [*SHOWN, *FILLED])
    table.writeheader()
    table.writerows({k: _safe(v) for k, v in (line(one) | FILLED).items()} for one in items)
    return sink.getvalue().encode("utf-8-sig")


def _safe(value: Any) -> Any:  # noqa: ANN401 (a cell)
    """A text that a spreadsheet would compute gets the apostrophe that says it is a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def read_csv(text: str, file: Path, person: str) -> list[Vote]:
    """The submissions of a CSV, with commas, semicolons or tabs between its cells.

    Args:
        text: What is in it.
        file: Where, for messages.
        person: Who answered where no one is named.

    Raises:
        UsageError: It has no column `item` or `decision`.
    """
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    csv.field_size_limit(2**31 - 1)
    table = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    missing = {"item", "decision"} - set(table.fieldnames or ())
    if missing:
        raise UsageError(
            f"{file}: has no column {' and '.join(sorted(missing))}; fill in the file that `finery "
            "review push` wrote, and keep its columns"
        )
    return [vote for one in table for vote in votes(one, person)]


def is_ours(record: dict[str, Any]) -> bool:
    """Whether a record names an item and has a place for the decision."""
    return "item" in record and "decision" in record


def votes(record: dict[str, Any], person: str) -> list[Vote]:
    """The submission in a record; `person` is who answers in a file that names nobody."""
    answer = _text(record.get("decision")).strip().lower()
    who = _text(record.get("person") or record.get("annotator")).strip() or person
    said = (_text(record.get(name)) for name in ("edited_answer", "reason"))
    return [Vote(_text(record.get("item")).strip(), who, answer or None, *said)]


def _text(value: object) -> str:
    """A cell; Label Studio packs texts in `{"text": [...]}` where there are several."""
    if isinstance(value, dict):
        value = value.get("text", "")
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)
