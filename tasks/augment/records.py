"""Make instruction rows of records: tables, JSON and FHIR bundles, by Jinja templates.

A record is put through every template that applies to it; each gives a prompt and an answer. An
answer that has a schema is held to it. Whatever says who a record is about (fields that the set of
templates or the run names, and columns with names such as `name`, `email` or `ssn`) must not stand
in a row: one that holds such a value fails. Failed rows stay in the set with their fault, for
`augment.eliminate` to drop.

No model is asked, so the same records and templates make the same rows.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import orjson
import polars as pl
from prefect import task
from pydantic import Field, JsonValue

from tasks.augment.fhir import flat, is_bundle
from tasks.augment.identity import Identity, folded, identity
from tasks.augment.patients import invented_patients
from tasks.augment.recipe import Recipe, made_row, made_table, turn
from tasks.augment.templates import Drawn, compiled, draw_rows, load_templates
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.errors import UsageError
from tasks.base.params import StageParams
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_make
from tasks.ingest.formats import open_records
from tasks.ingest.params import IngestParams
from tasks.ingest.records import Fault, RecordError
from tasks.ingest.sources import SourceFile
from tasks.ingest.unpack import unpack

NAME = "augment.records"
INVENTED = "invented patients"


class RecordsParams(StageParams):
    """Which records become rows, and how."""

    tables: tuple[str, ...] = Field(
        default=(), title="Tables",
        description="Files or folders of records: CSV, TSV, JSON, JSONL, Parquet, FHIR bundles.",
    )  # fmt: skip
    templates: str = Field(
        default="", title="Templates",
        description="YAML file with Jinja templates; empty for those for clinical records that "
        "ship.",
    )  # fmt: skip
    identity: tuple[str, ...] = Field(
        default=(), title="Identity",
        description="Further fields, dotted, that say who a record is about; no value of theirs "
        "may stand in a row. Columns called name, email, ssn and the like are known.",
    )  # fmt: skip
    public: tuple[str, ...] = Field(
        default=(), title="Public",
        description="Fields, dotted, that may stand in rows though they are called name or city.",
    )  # fmt: skip
    invent: int = Field(
        default=0, ge=0, le=1_000_000, title="Invented patients",
        description="Also make rows of so many patients that nobody is, to see how it works.",
    )  # fmt: skip
    seed: int = Field(default=0, ge=0, lt=2**32, title="Seed", description="Of invented patients.")

    reads: ClassVar[set[str]] = {"templates"}
    not_content: ClassVar[set[str]] = {"tables"}  # what is in them comes as files


def make_from_records(
    rows: pl.LazyFrame,  # noqa: ARG001 (every stage is given its rows)
    params: RecordsParams,
    files: Sequence[SourceFile] = (),
) -> Outcome:
    """Make rows of the records in `files`, and of invented patients.

    Args:
        rows: The set that they come to; it is not looked at.
        params: Templates, and what must not stand in a row.
        files: Tables of records.

    Returns:
        The new rows: origin synthetic, no parent, the recipe in `meta`. Figures: `records`,
        `templates` (rows by template), `unread` (records that are none, by reason).

    Raises:
        UsageError: The templates are none, or a file cannot be read.
    """
    found = load_templates(params.templates)
    made: list[dict[str, Any]] = []
    count: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    records: Counter[str] = Counter()
    seen: set[str] = set()
    drawers = compiled(found)
    for source, record in _records(files, params, unread):
        who = identity(record, (*found.identity, *params.identity), params.public)
        for drawn in draw_rows(drawers, record):
            count[drawn.template.name] += 1
            recipe = Recipe(NAME, drawn.template.name, "", found.version,
                            record=str(records[source]))  # fmt: skip
            fault, told = _fault(drawn, who)
            if fault is None and (key := folded(drawn.prompt)) in seen:
                fault = "known_prompt"
            elif fault is None:
                seen.add(key)
            made.append(_row(drawn, recipe._replace(fault=fault, told=told), source))
        records[source] += 1
    figures: dict[str, JsonValue] = {
        "records": records.total(), "templates": dict(sorted(count.items())),
        "unread": dict(sorted(unread.items())), "set": f"{found.name}@{found.version}",
    }  # fmt: skip
    return Outcome(made_table(made).lazy(), figures)


def _records(
    files: Sequence[SourceFile], params: RecordsParams, unread: Counter[str]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
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


def _row(drawn: Drawn, recipe: Recipe, source: str) -> dict[str, Any]:
    system = [turn("system", drawn.system)] if drawn.system else []
    turns = [*system, turn("user", drawn.prompt), turn("assistant", drawn.answer)]
    return made_row(turns, recipe, origin="synthetic", source=source, parent=None)


def _fault(drawn: Drawn, who: Identity) -> tuple[str | None, str | None]:
    """Why a row is no use, and the evidence, which holds no value of the record."""
    if drawn.error:
        return "template_failed", drawn.error
    if not drawn.prompt or not drawn.answer:
        return "template_failed", "the prompt or the answer is empty"
    if who.stands_in("\n".join((drawn.system, drawn.prompt, drawn.answer))):
        return "identifies_person", None
    if drawn.template.form is None:
        return None, None
    return _schema_fault(drawn.answer, drawn.template.form)


def _no_number(sign: str) -> float:
    raise ValueError(f"{sign} is no JSON")


def _schema_fault(answer: str, form: Mapping[str, Any]) -> tuple[str | None, str | None]:
    from jsonschema import Draft202012Validator

    try:
        value = json.loads(answer, parse_constant=_no_number)
    except ValueError:
        return "invalid_answer", "it is no JSON"
    error = next(iter(Draft202012Validator(form).iter_errors(value)), None)
    if error is None:
        return None, None
    where = "/".join(map(str, error.absolute_path)) or "the answer"
    return "invalid_answer", f"{where}: breaks {error.validator}"


@task(
    name=NAME, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def make_records(
    data: DatasetRef, params: RecordsParams, files: list[SourceFile] | None = None
) -> StageResult:
    """Store `data` with the rows that records make."""
    return run_make(data, partial(make_from_records, files=files or ()), params)
