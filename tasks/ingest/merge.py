"""Join the files into one set: every row gets an id of its own, and parts get one size.

An id is the content hash and how many-th copy of that content the row is, counted over the whole
set by source, then by place in it. So the id of a row that occurs once never changes, and the
first copy keeps number 0 however many follow.
"""

from collections.abc import Iterable, Iterator

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, Part, of_parts, read_parts, write_part
from tasks.base.errors import SourceError
from tasks.base.table import QUARANTINE, SCHEMA
from tasks.ingest.ingested import Ingested
from tasks.ingest.params import IngestParams


class Merged(BaseModel, frozen=True):
    """All files as one set of rows, and one of what could not be rows."""

    data: DatasetRef
    quarantine: DatasetRef


def merge(files: list[Ingested], params: IngestParams) -> Merged:
    """The rows of `files` in their order, with unique ids, in parts of `params.part_rows`.

    Raises:
        SourceError: There is no file.
    """
    if not files:
        raise SourceError("no file was read; name at least one source")
    names = [file.report.name for file in files]
    return Merged(
        data=_joined([f.data for f in files], names, SCHEMA, params.part_rows),
        quarantine=_joined([f.quarantine for f in files], names, QUARANTINE, params.part_rows),
    )


def _joined(refs: list[DatasetRef], names: list[str], schema: pl.Schema, size: int) -> DatasetRef:
    ids = _unique_ids(refs, names)
    store = refs[0].store
    parts = [write_part(rows, store) for rows in _packed(_renamed(refs, ids), size)]
    return of_parts(parts or [_empty(schema, store)], store)


def _unique_ids(refs: list[DatasetRef], names: list[str]) -> pl.Series:
    """Ids of all rows in the order of `refs`; copies are numbered by source, then by place."""
    rank = {name: n for n, name in enumerate(sorted(set(names)))}
    hashes = [
        pl.scan_parquet(ref.files(), glob=False)
        .select("id", pl.lit(rank[name]).alias("rank"))
        .collect()
        for ref, name in zip(refs, names, strict=True)
    ]
    placed = pl.concat(hashes).with_row_index("place").lazy()
    numbered = placed.sort("rank", "place").with_columns(copy=pl.cum_count("id").over("id") - 1)
    return numbered.sort("place").select(pl.format("{}-{}", "id", "copy")).collect().to_series()


def _renamed(refs: list[DatasetRef], ids: pl.Series) -> Iterator[pl.DataFrame]:
    start = 0
    for ref in refs:
        for part in read_parts(ref):
            yield part.with_columns(ids.slice(start, part.height).alias("id"))
            start += part.height


def _packed(frames: Iterable[pl.DataFrame], size: int) -> Iterator[pl.DataFrame]:
    """`frames` cut and joined to `size` rows each; the last may be shorter."""
    waiting: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        waiting.append(frame)
        rows += frame.height
        if rows < size:
            continue
        ready = pl.concat(waiting)
        whole = rows - rows % size
        yield from (ready.slice(start, size) for start in range(0, whole, size))
        waiting, rows = [ready.slice(whole)], rows - whole
    if rows:
        yield pl.concat(waiting)


def _empty(schema: pl.Schema, store: str) -> Part:
    return write_part(pl.DataFrame(schema=schema), store)


@task(
    name="ingest.merge", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def merge_rows(files: list[Ingested], params: IngestParams) -> Merged:
    """Store the rows of all files as one set."""
    return merge(files, params)
