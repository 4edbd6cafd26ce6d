"""Records of a JSON text that is no JSON Lines: an array, or objects one after the other.

One broken element must not cost a whole file. Where an array cannot be parsed at once, it is read
element by element; at a break, reading goes on at the next line that starts as the first element
did, and the text between is one malformed record.
"""

import json
import re
from collections.abc import Iterator

import orjson

from tasks.ingest.records import Fault, Record

WRAPPERS = {
    "data",
    "rows",
    "records",
    "items",
    "examples",
    "samples",
    "train",
    "validation",
    "test",
}
"""Keys under which an object may hold the records of a whole file."""

_GAP = re.compile(r"[\s,]*")
_CUT = "the array is never closed; the file may be cut off"
_ENDING = re.compile(r"[\s,\]]*\Z")


def read_json_text(content: bytes) -> Iterator[Record]:
    """A record per element of an array, or per object of a stream of objects."""
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        yield from _walk(content.decode("utf-8", "surrogateescape"))
        return
    elements = value if isinstance(value, list) else unwrap(value)
    for row, element in enumerate(elements):
        yield Record(row, None, element)


def unwrap(value: object) -> list[object]:
    """The records that `value` wraps, as `{"data": [...]}` does; else `value` as the only one."""
    if isinstance(value, dict) and set(value) <= WRAPPERS and value:
        lists = [v for v in value.values() if isinstance(v, list)]
        if len(lists) == len(value):
            return [element for elements in lists for element in elements]
    return [value]


def is_stream(text: str) -> bool:
    """Whether `text` starts with an object that spans lines, as pretty-printed ones do."""
    start = len(text) - len(text.lstrip())
    try:
        _, stop = _decoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return False
    return "\n" in text[start:stop]


def _walk(text: str) -> Iterator[Record]:
    """Element by element with its line; a Python loop, but for broken files alone."""
    opening = re.match(r"\s*\[?\s*", text)
    place = start = opening.end() if opening else 0
    margin = text[text.rfind("\n", 0, start) + 1 : start].removeprefix("[")
    restart = re.compile(rf"^{re.escape(margin)}(?=\{{)", re.MULTILINE)
    row, line, counted = 0, 1, 0
    is_closed = "]" in text[start:]
    while not _ENDING.match(text, place):
        line, counted = line + text.count("\n", counted, place), place
        value, stop = _element(text, place, restart)
        raw = text[place:stop].rstrip(", \t\r\n")
        yield Record(row, line, value, raw)
        is_closed = isinstance(value, Fault) or "]" in text[stop:]  # a fault may hold the end
        gap = _GAP.match(text, stop)
        place, row = gap.end() if gap else stop, row + 1
    if "[" in text[:start] and not is_closed:
        yield Record(row, line + text.count("\n", counted), Fault("malformed_json", _CUT), "")


def _element(text: str, place: int, restart: re.Pattern[str]) -> tuple[object, int]:
    """The value that starts at `place`, or its fault, and where the next one may start."""
    try:
        value, stop = _decoder().raw_decode(text, place)
    except (ValueError, RecursionError) as error:
        resumed = restart.search(text, place + 1)
        return _broken(error), resumed.start() if resumed else len(text)
    if _has_foreign(text[place:stop]):
        return Fault("not_utf8", "the element has bytes that are not UTF-8"), stop
    return value, stop


def _broken(error: Exception) -> Fault:
    if isinstance(error, json.JSONDecodeError):
        where = f"line {error.lineno}, column {error.colno}"
        return Fault("malformed_json", f"{error.msg}, {where} of the file")
    if isinstance(error, RecursionError):
        return Fault("too_deep", "nested too deeply to be read; flatten it")
    return Fault("malformed_json", "a number that JSON does not have")


def _has_foreign(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_constant=_no_constant)


def _no_constant(name: str) -> float:
    raise ValueError(name)  # NaN and Infinity, which Python alone takes for JSON
