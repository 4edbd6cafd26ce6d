"""Read evaluation sets: what each item asks, and what answers it.

An item is a question, its answer and its choices, where there are any. Fields are found by the
names that public sets give them. A conversation is one item per turn that asks, and so is each
instance of a nested task: a row that holds one of them has seen it. System turns are no part of an
item, for thousands of rows share them. Items that are equal are one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from prefect import task
from pydantic import BaseModel

from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef, write_dataset
from tasks.base.errors import UsageError
from tasks.base.text import answer, turns
from tasks.ingest.fields import CONTEXTS, Fields, shown
from tasks.ingest.formats import open_records
from tasks.ingest.ingested import Store
from tasks.ingest.layouts import shape
from tasks.ingest.pairs import with_context
from tasks.ingest.params import IngestParams
from tasks.ingest.records import Fault, RecordError
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
QUESTIONS = ("question", "prompt", "instruction", "problem", "query", "task", "goal", "ctx",
             "input", "text")  # fmt: skip
RIGHT = ("answer", "best answer", "canonical_solution", "solution", "reference_answer", "reference",
         "target", "output", "response", "completion", "answers", "correct answers", "answerkey",
         "gold", "ideal", "label")  # fmt: skip
CHOICES = ("choices", "options", "endings")


class Item(NamedTuple):
    """One question of an evaluation set."""

    question: str
    answer: str | None = None
    choices: list[str] | None = None


class Protected(BaseModel, frozen=True):
    """Every item of the files that a run protects."""

    data: DatasetRef
    items: dict[str, int]  # by file, before equal ones were joined


def items_of(value: object) -> list[Item]:
    """The items of one record; none if it asks nothing."""
    if not isinstance(value, dict):
        return []
    fields = Fields(value)
    asked = fields.look("turns")
    if isinstance(asked, list) and all(isinstance(one, str) for one in asked):
        told = fields.look("reference")
        known = isinstance(told, list) and len(told) == len(asked)
        answers = told if known else [None] * len(asked)
        return [Item(one, _text(two)) for one, two in zip(asked, answers, strict=True)]
    name = next((n for n in QUESTIONS if isinstance(fields.look(n), str)), None)
    if isinstance(fields.look("instances"), list) and name:
        inner = [one for one in fields.look("instances") if isinstance(one, dict)]
        return [_plain(Fields({name: fields.look(name), **one}), name) for one in inner]
    return [_plain(fields, name)] if name else _said(value)


def _plain(fields: Fields, name: str) -> Item:
    contexts = [fields.look(c) for c in CONTEXTS if c != name]
    question = with_context(fields.look(name), [c for c in contexts if isinstance(c, str)])
    choices = _texts(next((fields.look(n) for n in CHOICES if n in fields.names), None))
    right = next((fields.look(n) for n in RIGHT if n in fields.names and n != name), None)
    return Item(question, _text(_chosen(right, choices)), choices or None)


def _chosen(right: object, choices: list[str]) -> object:
    """The right choice itself, where the record has its number or its letter."""
    if choices and isinstance(right, str) and len(right) == 1 and right not in choices:
        right = ord(right.upper()) - ord("A")
    if choices and isinstance(right, int) and not isinstance(right, bool):
        return choices[right] if 0 <= right < len(choices) else None
    return right


def _texts(value: Any) -> list[str]:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, dict):
        value = value.get("text")
    return [str(one) for one in value if one is not None] if isinstance(value, list) else []


def _text(value: Any) -> str | None:  # noqa: ANN401
    """One text of an answer, however it is wrapped."""
    if isinstance(value, str | int | float):
        return str(value) if str(value).strip() else None
    return next(iter(_texts(value)), None)


def _said(value: dict[str, Any]) -> list[Item]:
    """The turns that ask, of a record in any layout that a source may have."""
    made = next(iter(shape(value, {})))
    if isinstance(made, Fault):
        return []
    following = [*made.turns[1:], None]
    return [
        Item(one.content, two.content if two and two.role == "assistant" else None)
        for one, two in zip(made.turns, following, strict=True)
        if one.role == "user"
    ]


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
