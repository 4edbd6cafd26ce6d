"""Records of a Parquet file, also of one that makes the reader panic.

On some broken files Polars raises a panic, which is no `Exception`, and its engine writes a
backtrace to the process's standard error. Both are contained here: a bad file is one record.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import polars as pl
from polars.exceptions import PanicException, PolarsError

from tasks.ingest.records import Fault, Record, RecordError

_SLICE = 4096  # rows that are Python objects at one time
_stderr = threading.Lock()  # standard error belongs to the process, not to a thread


def read_parquet(content: bytes) -> tuple[Iterator[Record], list[str]]:
    """A record per row, and the names of the columns.

    Raises:
        RecordError: The file is damaged, or has types that Polars does not read.
    """
    try:
        with _silent_panics():
            rows = pl.read_parquet(BytesIO(content))
    except (PolarsError, PanicException, OSError) as error:
        raise RecordError(
            "unreadable_file", "damaged Parquet file, or one of unknown types; write it again"
        ) from error
    return _records(rows), rows.columns


def _records(rows: pl.DataFrame) -> Iterator[Record]:
    """Nulls inside lists and structs are left out: Parquet cannot tell absent from null."""
    nested = [name for name, dtype in rows.schema.items() if dtype.is_nested()]
    binary = [name for name, dtype in rows.schema.items() if dtype == pl.Binary]
    for start in range(0, rows.height, _SLICE):
        for row, value in enumerate(rows.slice(start, _SLICE).to_dicts(), start):
            for name in nested:
                value[name] = _without_nulls(value[name])
            yield Record(row, None, _decoded(value, binary) if binary else value)


def _decoded(value: dict[str, object], binary: list[str]) -> object:
    """`value` with bytes as text, which some writers do not tell apart."""
    text = dict(value)
    try:
        for name in binary:
            cell = value[name]
            text[name] = cell.decode() if isinstance(cell, bytes) else cell
    except UnicodeDecodeError:
        return Fault("not_utf8", "a column of bytes holds bytes that are not UTF-8")
    return text


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [_without_nulls(v) for v in value]
    return value


@contextmanager
def _silent_panics() -> Iterator[None]:
    """Hold back standard error; afterwards pass on all of it but the backtrace of a panic."""
    with _stderr, tempfile.TemporaryFile() as held:
        sys.stderr.flush()
        true_stderr = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(true_stderr, 2)
            os.close(true_stderr)
            held.seek(0)
            os.write(2, held.read().partition(b"\nthread '")[0])
