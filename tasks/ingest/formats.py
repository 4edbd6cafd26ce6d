"""Which format a file has, told from its content: the suffix decides only where both would do.

A `.jsonl` may hold an array, a `.json` lines, a `.csv` JSON lines or tabs. Every reader gives
records; none raises for a bad record, and a file that cannot be read at all raises one fault.
"""

from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

import orjson

from tasks.ingest.csv_table import read_csv
from tasks.ingest.decode import Decoded, to_utf8
from tasks.ingest.json_lines import read_json_lines
from tasks.ingest.json_text import is_stream, read_json_text, unwrap
from tasks.ingest.params import IngestParams
from tasks.ingest.parquet import read_parquet
from tasks.ingest.records import Record
from tasks.ingest.sources import PACKINGS, SourceFile
from tasks.ingest.unpack import unpack

_PARQUET = b"PAR1"
_TABLE_SUFFIXES = {".csv", ".tsv"}


class Opened(NamedTuple):
    """A file whose records can be read."""

    records: Iterator[Record]
    format: str = "unknown"
    encoding: str = ""
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()  # of a table; a JSON file tells its fields record by record


def open_records(file: SourceFile, params: IngestParams, *, has_header: bool = False) -> Opened:
    """The records of `file`, in order.

    Args:
        file: What is read.
        params: How.
        has_header: The first line of a CSV table is a header, also one of unknown names.

    Raises:
        RecordError: The whole file is unreadable or unpacks to too much.
    """
    content, packing = unpack(file.path, params.max_unpacked_mb)
    suffix = _suffix(file.name)
    is_text = content.lstrip()[:1] in (b"{", b"[")
    if content.startswith(_PARQUET) or (suffix == ".parquet" and not is_text):
        records, columns = read_parquet(content)
        opened = Opened(records, "parquet", "", (), tuple(columns))
    else:
        decoded = to_utf8(content, params.encoding)
        del content  # the decoded text is enough; a large file is not held twice
        opened = _text(decoded, suffix, params, has_header)
    return opened._replace(format=f"{opened.format}, {packing}") if packing else opened


def _text(decoded: Decoded, suffix: str, params: IngestParams, has_header: bool) -> Opened:
    kind = _kind(decoded.utf8, suffix)
    if kind == "csv":
        return _table(decoded, suffix, params, has_header)
    read = read_json_lines if kind == "json lines" else read_json_text
    return Opened(read(decoded.utf8), kind, decoded.encoding, decoded.notes)


def _table(decoded: Decoded, suffix: str, params: IngestParams, has_header: bool) -> Opened:
    text = decoded.utf8.decode("utf-8", "surrogateescape")
    wanted = tuple(params.text_columns.values())
    table = read_csv(text, wanted, suffix == ".tsv", has_header=has_header)
    name = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    notes = (*decoded.notes, *table.notes)
    return Opened(table.records, f"csv ({name})", decoded.encoding, notes, tuple(table.columns))


def _kind(content: bytes, suffix: str) -> str:
    head = content.lstrip()[:1]
    first = _first_value(content)
    if suffix in _TABLE_SUFFIXES and not isinstance(first, dict):
        return "csv"
    if not suffix and head not in (b"{", b"[", b""):
        return "csv"  # standard input, which has no suffix
    if isinstance(first, dict):
        return "json" if unwrap(first) != [first] else "json lines"
    if head == b"[":
        return "json lines" if first is not None and _has_more(content) else "json"
    is_lines = head != b"{" or not is_stream(content.decode("utf-8", "surrogateescape"))
    return "json lines" if is_lines else "json"


def _suffix(name: str) -> str:
    """What the name says the format is; that of a compressed file is the last but one."""
    path = PurePath(name.lower())
    return PurePath(path.stem).suffix if path.suffix in PACKINGS else path.suffix


def _first_value(content: bytes) -> object:
    """The value of the first line that is not blank, if it is JSON."""
    line = content.lstrip().partition(b"\n")[0]
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _has_more(content: bytes) -> bool:
    return bool(content.lstrip().partition(b"\n")[2].strip())
