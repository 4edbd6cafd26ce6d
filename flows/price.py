"""What a run would ask of language models, and what that costs, before it starts."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import polars as pl

from flows.augment import tables_of
from flows.front import prepare
from flows.home import store
from flows.params import AugmentRunParams, RunParams
from flows.plain import PlainCourse
from tasks.augment.evolve import evolve
from tasks.augment.records import make_from_records
from tasks.augment.synthesise import synthesise
from tasks.augment.verify import mark_wrong
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.report import Cost
from tasks.base.table import SCHEMA
from tasks.ingest.sources import SourceFile, find_sources
from tasks.llm.call import Stream
from tasks.llm.params import LlmParams
from tasks.llm.pricing import Pricer
from tasks.score.backends import decisions
from tasks.score.calibration.candidate import Candidate, judges_of
from tasks.score.calibration.exam import hold, is_compared, retest_of, size_of
from tasks.score.calibration.gold import read_gold
from tasks.score.calibration.sheet import fill_in
from tasks.score.judge import FEW, JudgeParams, canaries_of, judge
from tasks.score.panel import PanelParams
from tasks.score.reward import add_rewards
from tasks.score.reward_endpoint import Scored
from tasks.score.reward_model import folder_of
from tasks.score.reward_routes import ROUTES, Messages, Route
from tasks.score.reward_scorer import addresses


class Priced(NamedTuple):
    """What one stage would ask of one model."""

    stage: str
    model: str
    calls: int
    recalled: int
    tokens_in: int
    tokens_out: int
    money: float | None  # None: no table has a price for the model
    note: str


@contextmanager
def rows_as_read(files: list[SourceFile], params: RunParams) -> Iterator[DatasetRef]:
    """The rows of `files`, clean and sound, in a store that is gone afterwards.

    Personal data is still in them; pricing sends nothing anywhere.
    """
    with tempfile.TemporaryDirectory() as folder:
        as_it_is = params.redact.model_copy(update={"enabled": False})
        given = params.model_copy(update={"redact": as_it_is})
        yield prepare(PlainCourse(folder), files, given).rows


def price_judge(rows: DatasetRef, params: RunParams, given: JudgeParams) -> list[Priced]:
    """What the judges would be asked about `rows`: the sample, and at most the margin."""
    lines = []
    for one in judges_of(given, params.llm):
        pricer, alone = _pricer(one, params.llm)
        outcome = judge(read_dataset(rows), JudgeParams(**dict(alone)), [pricer])
        figures: dict[str, Any] = outcome.figures
        judged = figures.get("judged", 0) + sum(figures.get("unscored", {}).values())
        line = _line("score.judge", pricer, _note(one, pricer))
        again = min(canaries_of(given, [pricer]), judged)
        lines.append(_more(line, again / judged if judged else 0))
        margin = min(_margin(params, pricer), rows.rows - judged)
        if margin > 0 and judged >= params.score.classifier.min_judged:
            lines.append(_part(line, margin / judged))
    return lines


def _margin(params: RunParams, pricer: Pricer) -> int:
    """The most rows that the judge is asked about where the head is not sure."""
    most = params.score.margin.rows
    return min(most, FEW) if pricer.grade == "demo" else most


class _Asked(NamedTuple):
    """Stands in for a reward model: asks the pricer by the route that is named, or the first."""

    pricer: Pricer
    route: Route
    cost: Cost = Cost()

    def score(
        self,
        conversations: Stream[Messages],
        samples: Sequence[Messages],  # noqa: ARG002
    ) -> Iterator[tuple[int, Scored]]:
        """No reward, after every call was counted."""
        for place, answer in self.pricer.ask(map(self.route.call, conversations)):
            yield place, Scored(None, answer.reason)


def price_reward(rows: DatasetRef, params: RunParams) -> list[Priced]:
    """What the reward model would be asked about `rows`; a classifier on this machine is free.

    Raises:
        UsageError: The model is not where the settings say.
    """
    given = params.score.reward
    if not given.model:
        return []
    if given.route == "local":
        folder_of(given.model)  # only to see that it is there
        return []
    where = addresses(given, params.llm)[0]
    pricer = Pricer(where, str(store()))
    route = next(one for one in ROUTES if given.route in ("auto", one.name))
    add_rewards(read_dataset(rows), given, _Asked(pricer, route))
    return [_line("score.reward", pricer, pricer.how)]


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
    line = _line("augment.evolve", pricer, f"at most; {pricer.how}")
    steps = 2 if pricer.grade == "demo" else 4 + given.check_gain
    return [_more(line, given.generations * steps - 1)]


def price_synthesis(rows: DatasetRef, params: AugmentRunParams) -> list[Priced]:
    """What new rows would ask: a prompt for each, and at most as many answers."""
    if params.llm.endpoint == "none":
        return []
    pricer = Pricer(params.llm, str(store()))
    synthesise(read_dataset(rows), params.augment.synthesise, pricer)
    return [_more(_line("augment.synthesise", pricer, f"at most; {pricer.how}"), 1)]


def price_records(params: AugmentRunParams) -> list[Priced]:
    """What prompts in a model's own words would ask, one for each row of records."""
    given = params.augment.records
    if params.llm.endpoint == "none" or not given.phrase:
        return []
    pricer = Pricer(params.llm, str(store()))
    make_from_records(pl.LazyFrame(), given, tables_of(params.augment.records), pricer)
    return [_line("augment.records", pricer, pricer.how)]


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
            line = _line("augment.verify", pricer, f"at most; {pricer.how}")
            lines.append(_more(line, times * given.samples - 1))
    pricer = Pricer(params.llm, str(store()))
    wording = params.augment.records.model_copy(update={"phrase": False})
    of_records = make_from_records(pl.LazyFrame(), wording, tables_of(params.augment.records)).rows
    there = read_dataset(rows).select(SCHEMA.names())
    mark_wrong(pl.concat([there, of_records]), given, pricer)
    lines.append(_line("augment.verify", pricer, f"at most; {pricer.how}"))
    return [line for line in lines if line.calls]


def price_exam(gold: str, params: RunParams, given: JudgeParams) -> list[Priced]:
    """What the exam would ask."""
    [file] = find_sources([gold], store() / "spool")
    exam, lines = params.score.exam, []
    read = read_gold(file, exam.labels, exam.scale)
    for one in judges_of(given, params.llm):
        pricer, alone = _pricer(one, params.llm)
        candidate = Candidate(pricer, alone)
        asked = read.sample(size_of(exam, candidate), exam.seed)
        sheets = hold(asked, candidate, exam)
        if exam.retest and sheets.again is None:  # nobody answered, so nobody was asked again
            again = asked.sample(retest_of(exam, candidate), exam.seed)
            fill_in(again, candidate, compare=is_compared(asked, candidate, exam), sample=1)
        lines.append(_line("score.calibrate", pricer, _note(one, pricer)))
    return lines


def _pricer(one: PanelParams, llm: LlmParams) -> tuple[Pricer, PanelParams]:
    """A pricer for one judge, and the judge with a backend that asks whoever answers."""
    pricer = Pricer(llm.for_use(one), str(store()))
    if one.backend != "auto":
        return pricer, one
    name = pricer.identity.partition("+")[0]
    backend = "decisions" if name in decisions.MODELS else "logprobs"
    if pricer.grade == "demo":  # it has too little probability on the labels
        backend = "samples"
    return pricer, one.model_copy(update={"backend": backend})


def _note(one: PanelParams, pricer: Pricer) -> str:
    if one.backend == "auto" and pricer.grade == "real":
        return f"{pricer.how}; {one.samples} times that if the endpoint gives no log-probabilities"
    return pricer.how


def _line(stage: str, pricer: Pricer, note: str) -> Priced:
    e = pricer.estimate
    return Priced(stage, pricer.identity, e.calls, e.recalled, e.tokens_in, e.tokens_out,
                  pricer.money, note)  # fmt: skip


def _part(line: Priced, part: float) -> Priced:
    """As much again for rows like those, at most."""
    more = _more(line, part - 1)
    return more._replace(stage="score.margin", recalled=0, note="at most")


def _more(line: Priced, part: float) -> Priced:
    """With so many more rows like those, as a share of them."""
    whole = 1 + part
    return line._replace(
        calls=round(line.calls * whole), tokens_in=round(line.tokens_in * whole),
        tokens_out=round(line.tokens_out * whole),
        money=None if line.money is None else line.money * whole,
    )  # fmt: skip


def total(lines: list[Priced]) -> dict[str, Any]:
    """All stages together."""
    prices = [line.money for line in lines]
    return {
        "calls": sum(line.calls for line in lines),
        "tokens": sum(line.tokens_in + line.tokens_out for line in lines),
        "money": None if None in prices else sum(p for p in prices if p is not None),
        "stages": [line._asdict() for line in lines],
    }
