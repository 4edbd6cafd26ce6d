"""Read one file into rows; what cannot be a row goes to quarantine with its reason.

Every record of the file gives at least one row or exactly one line of quarantine; of a record
that holds several instances, each bad one is a line of its own. A file that cannot be read at
all is one record. Only a wrong call, such as a column that is nowhere, raises.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from prefect import task

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import Part, of_parts, write_part
from tasks.base.errors import SourceError
from tasks.ingest.fields import is_name, shown
from tasks.ingest.formats import Opened, open_records
from tasks.ingest.ingested import Ingested, SourceReport, Store
from tasks.ingest.layouts import shape
from tasks.ingest.params import IngestParams
from tasks.ingest.records import Fault, Record, RecordError, to_json
from tasks.ingest.sources import SourceFile
from tasks.ingest.tabulate import Row, faults_table, row_of, rows_table

UNNAMED = "other fields"  # stands for names that may be values: reports and logs show no value

logger = logging.getLogger(__name__)


class _Tally:
    """Counts and parts, while the records go by."""

    def __init__(self, source: str, store: str) -> None:
        self.source, self.store = source, store
        self.data: list[Part] = []
        self.quarantine: list[Part] = []
        self.records = 0
        self.layouts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.unread: Counter[str] = Counter()
        self.fields: set[str] = set()

    def add(self, rows: list[Row], faults: list[tuple[Record, Fault]]) -> None:
        """Store what one batch of records gave."""
        self.layouts.update(row.draft.layout for row in rows)
        self.reasons.update(fault.reason for _, fault in faults)
        for row in rows:
            for field, value in row.draft.meta.items():
                if size := _characters(value):
                    self.unread[field if is_name(field) else UNNAMED] += size
        if rows or not self.data:
            self.data.append(write_part(rows_table(rows, self.source), self.store))
        if faults or not self.quarantine:
            self.quarantine.append(write_part(faults_table(faults, self.source), self.store))


def read_file(file: SourceFile, store: str, params: IngestParams) -> Ingested:
    """Rows and quarantine of `file`, stored in `store` in the order of the file.

    Raises:
        SourceError: No record has a column that `params.text_columns` names, or the file was
            written to since it was found.
    """
    started = time.perf_counter()
    try:
        opened = open_records(file, params)
    except RecordError as error:
        opened = Opened(iter([Record(0, None, error.fault, file.name)]))
    tally = _Tally(file.name, store)
    tally.fields |= set(opened.columns)
    for batch in _batches(islice(opened.records, params.limit), params.part_rows):
        tally.add(*_read_batch(batch, params, tally))
    file.check_unchanged()  # what was hashed is what was read
    _check_columns(file.name, params, tally)
    return _ingested(opened, tally, round(time.perf_counter() - started, 4))


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    """At least one batch, so that an empty file is an empty dataset."""
    left = iter(records)
    yield list(islice(left, size))
    while batch := list(islice(left, size)):
        yield batch


def _read_batch(
    batch: list[Record], params: IngestParams, tally: _Tally
) -> tuple[list[Row], list[tuple[Record, Fault]]]:
    """Rows and faults of a batch. A loop, for records are objects of any shape until here."""
    rows: list[Row] = []
    faults: list[tuple[Record, Fault]] = []
    for record in batch:
        if params.text_columns and isinstance(record.value, dict):
            tally.fields.update(record.value)
        for made in shape(record.value, params.text_columns):
            if isinstance(made, Fault):
                faults.append((record, made))
                continue
            try:
                rows.append(row_of(record, made))
            except RecordError as error:
                faults.append((record, error.fault))
    tally.records += len(batch)
    return rows, faults


def _check_columns(source: str, params: IngestParams, tally: _Tally) -> None:
    missing = [column for column in params.text_columns.values() if column not in tally.fields]
    if missing and tally.fields:
        raise SourceError(
            f"{source}: no column {missing[0]!r} as --text-columns says; "
            f"there are {shown(sorted(tally.fields))}"
        )


def _ingested(opened: Opened, tally: _Tally, seconds: float) -> Ingested:
    data = of_parts(tally.data, tally.store)
    report = SourceReport(
        name=tally.source,
        format=opened.format,
        encoding=opened.encoding,
        layouts=dict(sorted(tally.layouts.items())),
        records=tally.records,
        rows=data.rows,
        quarantined=dict(sorted(tally.reasons.items())),
        notes=opened.notes,
        unread=dict(tally.unread.most_common()),
        seconds=seconds,
    )
    logger.info("ingest.read: %s: %d records, %d rows, quarantined %s",
                report.name, report.records, report.rows, report.quarantined)  # fmt: skip
    return Ingested(data=data, quarantine=of_parts(tally.quarantine, tally.store), report=report)


def _characters(value: object) -> int:
    """Characters of text; numbers and truths are none."""
    if isinstance(value, str):
        return len(value)
    return len(to_json(value)) if isinstance(value, list | dict) else 0


@task(
    name="ingest.read", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def ingest_file(file: SourceFile, store: Store, params: IngestParams) -> Ingested:
    """Store the rows of `file`, and apart from them what could not be a row."""
    Path(store.path).mkdir(parents=True, exist_ok=True)
    return read_file(file, store.path, params)
