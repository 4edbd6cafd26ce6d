"""Records of JSON Lines: one physical line, one record, whatever the line holds.

A line ends at a line feed and nowhere else: U+2028 and its kin are legal inside JSON strings, so
`str.splitlines` would tear rows apart. A file without any line feed, from an old Macintosh, has
its lines ended by carriage returns.
"""

from collections.abc import Iterator

import orjson

from tasks.ingest.decode import is_utf8
from tasks.ingest.records import Fault, Record

_BLANK = b" \t\r\v\f"
_BOM = b"\xef\xbb\xbf"  # also inside a file, where several were joined


def read_json_lines(content: bytes) -> Iterator[Record]:
    """A record per line of `content`; a line end at the very end starts no further line."""
    end = b"\r" if b"\r" in content and b"\n" not in content else b"\n"
    start = row = 0
    while start < len(content):
        stop = content.find(end, start)
        stop = len(content) if stop < 0 else stop
        line = content[start:stop].removesuffix(b"\r")
        yield Record(row, row + 1, parse_json(line), line)
        start, row = stop + 1, row + 1


def parse_json(line: bytes) -> object:
    """The JSON value of `line`, or the fault it has."""
    line = line.removeprefix(_BOM)
    if not line.strip(_BLANK):
        return Fault("empty_line", "the line is empty")
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        if not is_utf8(line):
            return Fault("not_utf8", "the line has bytes that are neither UTF-8 nor cp1252")
        return Fault("malformed_json", f"{error.msg}, column {error.colno}")
