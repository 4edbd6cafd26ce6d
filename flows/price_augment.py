"""What making rows would ask of language models."""

import tempfile
from functools import partial

import polars as pl

from flows.augment import tables_of
from flows.home import store
from flows.params import AugmentRunParams
from flows.price import Priced, line_of, more_of
from tasks.augment.evolve import evolve
from tasks.augment.records import make_from_records
from tasks.augment.synthesise import synthesise
from tasks.augment.verify import mark_wrong
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.table import SCHEMA
from tasks.llm.pricing import Pricer


def price_evolve(rows: DatasetRef, params: AugmentRunParams) -> list[Priced]:
    """What evolving would ask: every prompt is rewritten, and at most as many are answered.

    With a model that is no demo each is also checked for its gain, and compared with its parent in
    both orders.
    """
    if params.llm.endpoint == "none":
        return []
    given = params.augment.evolve
    pricer = Pricer(params.llm, str(store()))
    evolve(read_dataset(rows), given.model_copy(update={"generations": 1}), pricer)
    line = line_of("augment.evolve", pricer, f"at most; {pricer.how}")
    steps = 2 if pricer.grade == "demo" else 4 + given.check_gain
    return [more_of(line, given.generations * steps - 1)]


def price_synthesis(rows: DatasetRef, params: AugmentRunParams) -> list[Priced]:
    """What new rows would ask: a prompt for each, and at most as many answers."""
    if params.llm.endpoint == "none":
        return []
    pricer = Pricer(params.llm, str(store()))
    synthesise(read_dataset(rows), params.augment.synthesise, pricer)
    return [more_of(line_of("augment.synthesise", pricer, f"at most; {pricer.how}"), 1)]


def price_records(_rows: DatasetRef, params: AugmentRunParams) -> list[Priced]:
    """What prompts in a model's own words would ask, one for each row of records."""
    given = params.augment.records
    if params.llm.endpoint == "none" or not given.phrase:
        return []
    pricer = Pricer(params.llm, str(store()))
    make_from_records(pl.LazyFrame(), given, tables_of(params.augment.records), pricer)
    return [line_of("augment.records", pricer, pricer.how)]


def price_verify(rows: DatasetRef, params: AugmentRunParams) -> list[Priced]:
    """What asking again for answers would take, if all that is made survives and has a result.

    Which rows a model will write is not known, so nothing that is remembered is taken off for them;
    made rows that are read, and those of records, are there to be looked at.
    """
    given = params.augment.verify
    if params.llm.endpoint == "none" or not (given.enabled and given.samples):
        return []
    evolving = params.augment.evolve.model_copy(update={"generations": 1})
    lines = []
    with tempfile.TemporaryDirectory() as nothing_known:
        for make, times in (
            (partial(evolve, params=evolving), params.augment.evolve.generations),
            (partial(synthesise, params=params.augment.synthesise), 1),
        ):
            pricer = Pricer(params.llm, nothing_known)
            make(read_dataset(rows), model=pricer)
            now = pricer.estimate
            pricer.estimate = now._replace(tokens_out=now.calls * given.max_tokens)
            line = line_of("augment.verify", pricer, f"at most; {pricer.how}")
            lines.append(more_of(line, times * given.samples - 1))
    pricer = Pricer(params.llm, str(store()))
    wording = params.augment.records.model_copy(update={"phrase": False})
    of_records = make_from_records(pl.LazyFrame(), wording, tables_of(params.augment.records)).rows
    there = read_dataset(rows).select(SCHEMA.names())
    mark_wrong(pl.concat([there, of_records]), given, pricer)
    lines.append(line_of("augment.verify", pricer, f"at most; {pricer.how}"))
    return [line for line in lines if line.calls]
