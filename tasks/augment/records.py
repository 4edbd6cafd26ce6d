"""Make instruction rows of records: tables, JSON and FHIR bundles, by Jinja templates.

A record is put through every template that applies to it; each gives a prompt and an answer. An
answer that has a schema is held to it. Whatever says who a record is about (fields that the set of
templates or the run names, and columns with names such as `name`, `email` or `ssn`) must not stand
in a row: one that holds such a value fails. Failed rows stay in the set with their fault, for
`augment.eliminate` to drop.

The same records and templates make the same rows, and no model is asked; unless the run wants
prompts in a model's own words (`phrase`). Then each of them is held to the rules for new prompts
and to the values of its record; the answer, which is true by its making, stays the template's.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import polars as pl
from prefect import task
from pydantic import JsonValue

from tasks.augment.answers import waiting
from tasks.augment.identity import Identity, folded, identity
from tasks.augment.phrasing import Wording, phrased
from tasks.augment.recipe import Recipe, made_row, made_table, turn
from tasks.augment.record_files import records_of
from tasks.augment.records_params import RecordsParams
from tasks.augment.schema import breach
from tasks.augment.templates import Drawn, compiled, draw_rows, load_templates
from tasks.base.cache import is_transient, stage_key
from tasks.base.dataset import DatasetRef
from tasks.base.errors import UsageError
from tasks.base.report import StageResult
from tasks.base.stage import Outcome, run_make
from tasks.ingest.sources import SourceFile
from tasks.llm.call import Model
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.panel import cost_of

NAME = "augment.records"


class _Draft(NamedTuple):
    """A row on its way."""

    source: str
    number: int  # of the record in its source
    record: Mapping[str, Any]
    drawn: Drawn
    who: Identity
    fault: str | None = None
    told: str | None = None


def make_from_records(
    rows: pl.LazyFrame,  # noqa: ARG001 (every stage is given its rows)
    params: RecordsParams,
    files: Sequence[SourceFile] = (),
    model: Model | None = None,
) -> Outcome:
    """Make rows of the records in `files`, and of invented patients.

    Args:
        rows: The set that they come to; it is not looked at.
        params: Templates, and what must not stand in a row.
        files: Tables of records.
        model: Who phrases the prompts, if that is wanted.

    Returns:
        The new rows: origin synthetic, no parent, the recipe in `meta`. Figures: `records`,
        `templates` (rows by template), `unread` (records that are none, by reason), `unanswered`
        (prompts that a model said nothing to for now, by reason; they make no row), `made`,
        `survived`, `faults`.

    Raises:
        UsageError: The templates are none, a file cannot be read, or there is no model to phrase.
    """
    if params.phrase and model is None:
        raise UsageError(
            "augment.records.phrase needs a model: name one (--set llm.endpoint=local, or an "
            "address), or leave it out"
        )
    found = load_templates(params.templates)
    unread: Counter[str] = Counter()
    records: Counter[str] = Counter()
    drafts: list[_Draft] = []
    drawers = compiled(found)
    for source, record in records_of(files, params, unread):
        who = identity(record, (*found.identity, *params.identity), params.public)
        for drawn in draw_rows(drawers, record):
            fault = _fault(drawn, who)
            drafts.append(_Draft(source, records[source], record, drawn, who, *fault))
        records[source] += 1
    count = Counter(one.drawn.template.name for one in drafts)
    unanswered: Counter[str] = Counter()
    if params.phrase and model is not None:
        drafts, unanswered = _phrase(drafts, params, model)
    drafts = list(_once(drafts))
    faults = Counter(one.fault for one in drafts if one.fault)
    by = model.identity if model is not None and params.phrase else ""
    figures: dict[str, JsonValue] = {
        "records": records.total(), "templates": dict(sorted(count.items())),
        "unread": dict(sorted(unread.items())), "set": f"{found.name}@{found.version}",
        "model": by, "unanswered": dict(sorted(unanswered.items())),
        "made": len(drafts), "survived": len(drafts) - faults.total(),
        "faults": dict(sorted(faults.items())),
    }  # fmt: skip
    made = made_table([_row(one, by, found.version) for one in drafts])
    cost = cost_of([model]) if model is not None else None
    return Outcome(made.lazy(), figures, unfinished=waiting(unanswered), cost=cost)


def _phrase(
    drafts: Sequence[_Draft], params: RecordsParams, model: Model
) -> tuple[list[_Draft], Counter[str]]:
    """The sound ones in the model's words; without those that it said nothing to for now."""
    sound = [place for place, one in enumerate(drafts) if one.fault is None]
    asked = [Wording(drafts[at].drawn.prompt, drafts[at].drawn.answer, drafts[at].record)
             for at in sound]  # fmt: skip
    said, unanswered = phrased(asked, model, params.max_tokens, params.temperature, params.seed)
    worded = dict(zip(sound, said, strict=True))
    done = []
    for place, one in enumerate(drafts):
        new = worded.get(place)
        if new is not None:
            drawn = one.drawn._replace(prompt=new.prompt)
            fault = (new.fault, new.told) if new.fault else _fault(drawn, one.who)
            done.append(one._replace(drawn=drawn, fault=fault[0], told=fault[1]))
        elif place not in worded:
            done.append(one)
    return done, unanswered


def _once(drafts: Sequence[_Draft]) -> Iterator[_Draft]:
    """The drafts; of sound ones that ask the same all but the first fail."""
    seen: set[str] = set()
    for one in drafts:
        key = folded(one.drawn.prompt)
        if one.fault is None and key in seen:
            yield one._replace(fault="known_prompt")
            continue
        if one.fault is None:
            seen.add(key)
        yield one


def _row(one: _Draft, model: str, version: int) -> dict[str, Any]:
    drawn = one.drawn
    recipe = Recipe(NAME, drawn.template.name, model, version, record=str(one.number),
                    fault=one.fault, told=one.told)  # fmt: skip
    system = [turn("system", drawn.system)] if drawn.system else []
    turns = [*system, turn("user", drawn.prompt), turn("assistant", drawn.answer)]
    return made_row(turns, recipe, origin="synthetic", source=one.source, parent=None)


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
    told = breach(drawn.answer, drawn.template.form)
    return ("invalid_answer", told) if told else (None, None)


@task(
    name=NAME, cache_key_fn=stage_key,
    retries=2, retry_delay_seconds=1, retry_condition_fn=is_transient,
)  # fmt: skip
def make_records(
    data: DatasetRef, params: RecordsParams, llm: LlmParams = LlmParams(),
    files: list[SourceFile] | None = None,
) -> StageResult:  # fmt: skip
    """Store `data` with the rows that records make."""
    make = partial(make_from_records, files=files or ())
    if llm.endpoint == "none" or not params.phrase:
        return run_make(data, make, params)
    with Door(llm, data.store, NAME) as model:
        return run_make(data, partial(make, model=model), params)
