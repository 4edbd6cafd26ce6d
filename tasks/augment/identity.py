"""Who a record is about: the values in it that must not stand in a row."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

SHORTEST = 3  # characters of a value that is looked for; shorter ones stand anywhere
WHO = re.compile(
    r"(?:^|_)(?:(?:first|last|middle|full|given|family|maiden|sur)?_?names?|surname|e?_?mail|phone"
    r"|telephone|mobile|fax|address|street|city|town|zip|zip_?code|postal_?code|ssn|passport"
    r"|licen[cs]e|drivers|mrn|birth_?(?:date|place)|date_of_birth|dob|patient_?(?:id|name))(?:_|$)",
    re.IGNORECASE,
)
"""Columns that say who a record is about."""


def identity(record: Mapping[str, Any], fields: Sequence[str]) -> set[str]:
    """Folded values that say who a record is about.

    Args:
        record: Of any shape.
        fields: Fields, dotted, that say so whatever they are called.
    """
    named = [name for name in record if WHO.search(re.sub(r"(?<=[a-z])(?=[A-Z])|\W", "_", name))]
    values = [value for field in (*fields, *named) for value in _leaves(_at(record, field))]
    return {plain for value in values if len(plain := folded(value)) >= SHORTEST}


def _at(record: Mapping[str, Any], field: str) -> object:
    if field in record:
        return record[field]
    value: object = record
    for key in field.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _leaves(value: object) -> Iterator[str]:
    """Every text and number in `value`; the keys that only say what a value is are passed over."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in ("use", "system", "type", "relationship"):
                yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def folded(text: str) -> str:
    """The words of `text`, in small letters, with one blank between them."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
