"""What judging rows would ask of language models."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flows.home import store
from flows.params import RunParams
from flows.price import Priced, line_of, more_of
from flows.scoring import seeded_judge
from tasks.base.dataset import DatasetRef, read_dataset
from tasks.base.report import Cost
from tasks.ingest.sources import find_sources
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


def price_judge(rows: DatasetRef, params: RunParams) -> list[Priced]:
    """What the judges would be asked about `rows`: the sample, and at most the margin."""
    given = seeded_judge(params)
    lines = []
    for one in judges_of(given, params.llm):
        pricer, alone = _pricer(one, params.llm)
        outcome = judge(read_dataset(rows), JudgeParams(**dict(alone)), [pricer])
        figures: dict[str, Any] = outcome.figures
        judged = figures.get("judged", 0) + sum(figures.get("unscored", {}).values())
        line = line_of("score.judge", pricer, _note(one, pricer))
        again = min(canaries_of(given, [pricer]), judged)
        lines.append(more_of(line, again / judged if judged else 0))
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
    return [line_of("score.reward", pricer, pricer.how)]


def price_exam(gold: str, params: RunParams) -> list[Priced]:
    """What the exam would ask."""
    [file] = find_sources([gold], store() / "spool")
    exam, lines = params.score.exam, []
    read = read_gold(file, exam.labels, exam.scale)
    for one in judges_of(seeded_judge(params), params.llm):
        pricer, alone = _pricer(one, params.llm)
        candidate = Candidate(pricer, alone)
        asked = read.sample(size_of(exam, candidate), exam.seed)
        sheets = hold(asked, candidate, exam)
        if exam.retest and sheets.again is None:  # nobody answered, so nobody was asked again
            again = asked.sample(retest_of(exam, candidate), exam.seed)
            fill_in(again, candidate, compare=is_compared(asked, candidate, exam), sample=1)
        lines.append(line_of("score.calibrate", pricer, _note(one, pricer)))
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


def _part(line: Priced, part: float) -> Priced:
    """As much again for rows like those, at most."""
    more = more_of(line, part - 1)
    return more._replace(stage="score.margin", recalled=0, note="at most")
