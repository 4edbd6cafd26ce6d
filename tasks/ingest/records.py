"""What a file is made of, before anybody asks whether it makes a row.

A record is one JSON line, one element of a JSON array, one line of a CSV table or one row of a
Parquet file. What cannot be read is a record too: it has a fault in place of a value.
"""

from typing import Any, NamedTuple

import orjson

from tasks.base.errors import FineryError


class Fault(NamedTuple):
    """Why something is no row."""

    reason: str
    detail: str  # what exactly is wrong; never a value of the record


class RecordError(FineryError):
    """Carries a fault up to the reader, which writes it to quarantine; it never leaves there."""

    def __init__(self, reason: str, detail: str) -> None:
        """Keep both parts of the fault."""
        super().__init__(f"{reason}: {detail}")
        self.fault = Fault(reason, detail)


class Record(NamedTuple):
    """One record of a file."""

    row: int  # from 0
    line: int | None  # physical line from 1, where the format has lines
    value: object  # what was read, or a `Fault`
    raw: bytes | str | None = None  # as in the file; None: the JSON of `value` says it all


def raw_text(record: Record) -> str:
    """The record as text for quarantine; bytes that are no text are shown as escapes."""
    raw = record.raw
    if raw is None:
        try:
            return to_json(record.value)
        except RecordError:
            return repr(record.value)
    if isinstance(raw, str):
        # a surrogate stands for one byte that could not be decoded
        raw = raw.encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "backslashreplace")


def to_json(value: object) -> str:
    """Compact JSON of `value`, whatever Parquet may hold; not-a-number becomes null.

    Raises:
        RecordError: It is nested too deeply to be written again.
    """
    try:
        return orjson.dumps(
            value, default=_plain, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_SUBCLASS
        ).decode()
    except TypeError as error:
        raise RecordError("too_deep", "nested too deeply to be kept; flatten it") from error


def kind(value: object) -> str:
    """What `value` is, in words, so that a message need not show it."""
    names: dict[Any, str] = {
        type(None): "null", bool: "true or false", int: "a number", float: "a number",
        str: "text", bytes: "bytes", list: "a list", dict: "an object",
    }  # fmt: skip
    return names.get(type(value), f"a {type(value).__name__}")


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)
