"""Items as files that people and their tools open, and what they said, read back by ids."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple

from tasks.base.errors import UsageError
from tasks.review.formats import argilla, label_studio, plain
from tasks.review.items import Item
from tasks.review.votes import Vote

Name = Literal["jsonl", "csv", "label-studio", "argilla"]
Files = dict[str, bytes]
Record = dict[str, Any]


class Format(NamedTuple):
    """How items are written."""

    suffix: str  # of the file with the items
    write: Callable[[Sequence[Item]], bytes]
    beside: tuple[str, Callable[[int], bytes]] | None = None
    """Suffix and content of a second file, which says how to show them; takes the submissions."""


FORMATS: dict[Name, Format] = {
    "jsonl": Format(".jsonl", plain.write_jsonl),
    "csv": Format(".csv", plain.write_csv),
    "label-studio": Format(".json", label_studio.write, (".xml", label_studio.config)),
    "argilla": Format(".json", argilla.write, (".settings.json", argilla.settings)),
}


def files(items: Sequence[Item], name: Name, out: Path) -> dict[Path, bytes]:
    """The files of a push: the items, and what stands beside them."""
    format_ = FORMATS[name]
    found = {out: format_.write(items)}
    if format_.beside is not None:
        suffix, write = format_.beside
        found[out.with_suffix(suffix)] = write(max((one.wanted for one in items), default=1))
    return found


def read(file: Path, person: str = "") -> list[Vote]:
    """All submissions in a file of any of the formats, told by what is in it.

    Args:
        file: What somebody filled in or exported.
        person: Who answered in it where it names nobody; empty: the file's name.

    Raises:
        UsageError: It is missing, or is of none of them.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: cannot be read ({error}); name a file with answers") from None
    if not text.lstrip().startswith(("{", "[")):
        return plain.read_csv(text, file, person or file.stem)
    records = _records(text, file)
    for known in (label_studio, argilla, plain):
        if all(known.is_ours(record) for record in records):
            return _votes(known, records, file, person or file.stem)
    raise UsageError(
        f"{file}: is none of the formats that `finery review push` writes, nor an export of Label "
        "Studio (JSON or JSON-MIN) or Argilla (records as JSON)"
    )


def _votes(known: ModuleType, records: list[Record], file: Path, person: str) -> list[Vote]:
    try:
        return [vote for record in records for vote in known.votes(record, person)]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UsageError(f"{file}: a record is not as it was exported; export it again") from None


def _records(text: str, file: Path) -> list[Record]:
    """The records of a JSON list, or of JSON lines."""
    try:
        if text.lstrip().startswith("["):
            found = json.loads(text)
        else:
            # not splitlines: a text may hold a line separator, which JSON does not escape
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
    except ValueError as error:
        raise UsageError(f"{file}: is no JSON ({error}); export it again") from None
    if not all(isinstance(record, dict) for record in found):
        raise UsageError(f"{file}: must be a list of objects; export it again as JSON")
    return list(found)
