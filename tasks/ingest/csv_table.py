"""Records of a CSV table: delimiter and header found by look, ragged rows and stray quotes told.

Cells may hold line ends and doubled quotes. A row with too few or too many cells is a fault, for
nobody can say which cell is missing. So is a quote that is never closed: it would swallow the
rest of the file, so reading goes on at the next line.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import NamedTuple

from tasks.ingest.fields import KNOWN
from tasks.ingest.records import Fault, Record

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 50  # records that the delimiter must split alike
_NAME = re.compile(r"[A-Za-z]\w{0,39}")
_LIMIT = 1 << 30  # characters of one cell; the module's own limit is 131,072

Cells = tuple[int, int, list[str] | Fault]  # first line, line behind, cells


class Table(NamedTuple):
    """A CSV file opened."""

    records: Iterator[Record]
    delimiter: str
    columns: list[str]
    notes: tuple[str, ...]


def read_csv(
    text: str, wanted: Sequence[str] = (), tabs_first: bool = False, has_header: bool = False
) -> Table:
    """A record per row of the table in `text`, without its header.

    Args:
        text: The file; a surrogate stands for a byte that is not UTF-8.
        wanted: Columns that the user named; a first line with one of them is a header.
        tabs_first: Take tabs where several delimiters fit, as in a `.tsv`.
        has_header: The first line is a header whatever it says.
    """
    csv.field_size_limit(_LIMIT)
    lines = list(StringIO(text, newline=""))  # ends lines at LF, CR LF and CR, and only there
    delimiter = _delimiter(
        lines, sorted(_DELIMITERS, key="\t".__ne__) if tabs_first else _DELIMITERS
    )
    rows = _split(lines, delimiter)
    first = next((cells for _, _, cells in rows if isinstance(cells, list) and cells), [])
    names = [cell.strip() for cell in first]
    columns, is_header, notes = _header(names, names if has_header else wanted)
    rows = _split(lines, delimiter)
    if is_header:
        rows = _without_header(rows)
    return Table(_records(rows, lines, columns), delimiter, columns, notes)


def _records(rows: Iterator[Cells], lines: list[str], columns: list[str]) -> Iterator[Record]:
    for row, (start, stop, cells) in enumerate(rows):
        raw = "".join(lines[start:stop]).rstrip("\r\n")
        yield Record(row, start + 1, _value(cells, columns, raw), raw)


def _without_header(rows: Iterator[Cells]) -> Iterator[Cells]:
    """`rows` but the first that has cells; empty lines before it are records all the same."""
    for row in rows:
        if isinstance(row[2], list) and row[2]:
            break
        yield row
    yield from rows


def _value(cells: list[str] | Fault, columns: list[str], raw: str) -> object:
    if isinstance(cells, Fault):
        return cells
    if not raw.strip():
        return Fault("empty_line", "the line is empty")
    if len(cells) != len(columns):
        reason = "too_few_fields" if len(cells) < len(columns) else "too_many_fields"
        return Fault(reason, f"{len(cells)} fields where the table has {len(columns)}")
    if not raw.isascii() and re.search("[\ud800-\udfff]", raw):
        return Fault("not_utf8", "the row has bytes that are neither UTF-8 nor cp1252")
    return dict(zip(columns, cells, strict=True))


def _split(lines: list[str], delimiter: str) -> Iterator[Cells]:
    start = 0
    while start < len(lines):
        rest = (lines[n] for n in range(start, len(lines)))
        reader, base = csv.reader(rest, delimiter=delimiter, strict=True), start
        try:
            for cells in reader:
                yield start, base + reader.line_num, cells
                start = base + reader.line_num
        except csv.Error as error:
            is_open = "unexpected end" in str(error)
            what = "a quote is never closed" if is_open else "text after a closing quote"
            yield start, start + 1, Fault("malformed_csv", f"{what}; double quotes inside a cell")
            start += 1


def _delimiter(lines: list[str], candidates: Sequence[str]) -> str:
    """The delimiter that finds known columns in the first line, and splits all lines alike."""

    def fitness(delimiter: str) -> tuple[int, float]:
        rows = [
            c for _, _, c in islice(_split(lines, delimiter), _SAMPLE) if isinstance(c, list) and c
        ]
        if not rows or len(rows[0]) < 2:
            return 0, 0.0
        known = sum(cell.strip().lower() in KNOWN for cell in rows[0])
        return known, sum(len(row) == len(rows[0]) for row in rows) / len(rows)

    return max(candidates, key=fitness)


def _header(first: list[str], wanted: Sequence[str]) -> tuple[list[str], bool, tuple[str, ...]]:
    """Names of the columns, whether the first line gave them, and what was assumed."""
    numbered = [f"column_{n}" for n in range(1, len(first) + 1)]
    if not first:
        return [], False, ()
    if set(wanted) & set(first) or any(cell.lower() in KNOWN for cell in first):
        names, notes = _distinct(first)
        return names, True, notes
    if wanted and set(wanted) <= set(numbered):
        return numbered, False, ()
    if len(first) == 2:
        note = (
            "the first line names no known column, so every line was read as prompt, answer; "
            "if it is a header: `--text-columns prompt=NAME answer=NAME`"
        )
        return ["prompt", "answer"], False, (note,)
    if all(_NAME.fullmatch(cell) for cell in first) and len(set(first)) == len(first):
        return first, True, ()
    return numbered, False, ()


def _distinct(names: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """`names` with repeated ones numbered."""
    distinct: list[str] = []
    for name in names:
        copy = sum(name == other for other in names[: len(distinct)]) + 1
        distinct.append(name if copy == 1 else f"{name}_{copy}")
    if distinct == names:
        return names, ()
    return distinct, (
        "two columns have one name; the first counts and the others are numbered "
        "(`--text-columns answer=NAME_2` takes another)",
    )
