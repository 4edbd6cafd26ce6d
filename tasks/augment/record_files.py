"""The records that rows are made of: tables, JSON, FHIR bundles, and invented patients."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from tasks.augment.fhir import flat, is_bundle
from tasks.augment.patients import invented_patients
from tasks.augment.records_params import RecordsParams
from tasks.base.errors import UsageError
from tasks.ingest.formats import open_records
from tasks.ingest.params import IngestParams
from tasks.ingest.records import Fault, RecordError
from tasks.ingest.sources import SourceFile
from tasks.ingest.unpack import unpack

INVENTED = "invented patients"


def records_of(
    files: Sequence[SourceFile], params: RecordsParams, unread: Counter[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every record with the name of its source; what is none is counted in `unread`, by reason.

    Raises:
        UsageError: A file cannot be read.
    """
    for bundle in invented_patients(params.invent, params.seed):
        yield INVENTED, flat(bundle)
    for file in files:
        for value in _values(file):
            if is_bundle(value):
                yield file.name, flat(value)
            elif isinstance(value, Mapping):
                yield file.name, value
            else:
                unread[value.reason if isinstance(value, Fault) else "not_an_object"] += 1


def _values(file: SourceFile) -> Iterator[Any]:
    """The records of a file; one that is a single bundle is one record."""
    try:
        content, _ = unpack(file.path, IngestParams().max_unpacked_mb)
        if content.lstrip()[:1] == b"{":
            try:
                whole = orjson.loads(content)
            except orjson.JSONDecodeError:
                whole = None  # lines of JSON
            if is_bundle(whole):
                yield whole
                return
        opened = open_records(file, IngestParams(), has_header=True)
        yield from (record.value for record in opened.records)
    except RecordError as error:
        raise UsageError(f"table {file.name} cannot be read: {error.fault.detail}") from None
