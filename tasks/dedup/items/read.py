"""Read evaluation sets: a table of items, each a question with its answer and its choices.

See `tasks.dedup.items.records` for what makes an item. Items that are equal are one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, write_dataset
from tasks.base.errors import UsageError
from tasks.base.text import answer, turns
from tasks.dedup.items.records import QUESTIONS, Item, items_of
from tasks.ingest.fields import shown
from tasks.ingest.formats import open_records
from tasks.ingest.ingested import Store
from tasks.ingest.params import IngestParams
from tasks.ingest.records import RecordError
from tasks.ingest.sources import SourceFile

ITEMS = pl.Schema(
    {
        "name": pl.String(),  # file, record from 0, and which part of it: `mt_bench.jsonl#4.2`
        "file": pl.String(),
        "question": pl.String(),
        "answer": pl.String(),  # null where the set has none
        "choices": pl.List(pl.String),  # null where the answer is free
    }
)


class Protected(BaseModel, frozen=True):
    """Every item of the files that a run protects."""

    data: DatasetRef
    items: dict[str, int]  # by file, before equal ones were joined


def read_items(file: SourceFile, params: IngestParams) -> pl.DataFrame:
    """The items of a file, in its order.

    Raises:
        UsageError: It cannot be read, or there is no item in it.
    """
    fields: object = None
    lines = []
    try:
        for record in open_records(file, params, has_header=True).records:
            found = [one for one in items_of(record.value) if one.question.strip()]
            fields = record.value if isinstance(record.value, dict) else fields
            lines += list(_named(found, file.name, record.row))
    except RecordError as error:
        raise UsageError(
            f"--protect {file.name}: cannot be read ({error.fault.detail}); check the file"
        ) from None
    if not lines:
        raise UsageError(
            f"--protect {file.name}: no item in it; every record must have a field named "
            f"{', '.join(QUESTIONS[:3])} or a list of turns. Found: {shown(fields or {})}"
        )
    return pl.DataFrame(lines, schema=ITEMS, orient="row")


def _named(found: list[Item], file: str, row: int) -> Iterator[tuple[Any, ...]]:
    for part, item in enumerate(found, 1):
        yield (f"{file}#{row}" + (f".{part}" if len(found) > 1 else ""), file, *item)


def items_of_rows(rows: pl.LazyFrame) -> pl.DataFrame:
    """Rows as items, named by their ids: what is asked last, and the answer."""
    listed = rows.select(
        name="id", file="source", question=turns("user").list.last(), answer=answer(),
        choices=pl.lit(None, ITEMS["choices"]),
    )  # fmt: skip
    return listed.filter(pl.col("question").str.strip_chars() != "").collect()


@task(
    name="dedup.protected_items", cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def read_protected(files: list[SourceFile], store: Store, params: IngestParams) -> Protected:
    """Store the items of `files`, each once."""
    Path(store.path).mkdir(parents=True, exist_ok=True)
    tables = [read_items(file, params) for file in files]
    every = pl.concat([pl.DataFrame(schema=ITEMS), *tables])
    unique = every.unique(["question", "answer", "choices"], keep="first", maintain_order=True)
    return Protected(
        data=write_dataset(unique, store.path),
        items={file.name: table.height for file, table in zip(files, tables, strict=True)},
    )
