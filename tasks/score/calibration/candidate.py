"""A language model as it judges rows, before its exam."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from tasks.base.errors import UsageError
from tasks.base.report import Cost
from tasks.llm.call import Answer, Call, Grade, Model
from tasks.llm.params import LlmParams, LlmUse
from tasks.score.backends.asking import Item
from tasks.score.backends.choose import decide
from tasks.score.calibration.examinee import Choice, JudgeIdentity, Score
from tasks.score.case import Case, Turn, shortened
from tasks.score.decision import Decision
from tasks.score.judging import judge_rows
from tasks.score.pairwise import BETTER, join, turned
from tasks.score.panel import PanelParams, cost_of, open_panel
from tasks.score.prompt import VERSION

APART = 1000  # more than the samples of any one question


class Candidate:
    """One model with the rubric, the backend and the prompt that a run judges by."""

    def __init__(self, model: Model, params: PanelParams) -> None:
        """Ask `model` as `params` say."""
        self.model, self.params = model, params.model_copy(update={"pairs": False})
        self.identity = _identity(model.identity, model.grade, params)

    @property
    def cost(self) -> Cost:
        """What it cost so far."""
        return cost_of([self.model])

    def score(self, rows: pl.DataFrame, sample: int = 0) -> Sequence[Score]:
        """The score that `score.judge` would give each row."""
        scores = judge_rows([self._asked(sample)], rows, self.params).scores
        listed = scores.select("score_judge", "score_judge_reason").iter_rows()
        return [Score(value, reason) for value, reason in listed]

    def choose(self, pairs: pl.DataFrame, sample: int = 0) -> Sequence[Choice]:
        """Which answer of each pair it prefers, asked as `score.judge` asks of preference rows."""
        ways = [
            way
            for prompt, *both in pairs.select("prompt", "first", "second").iter_rows()
            for way in self._both_ways(prompt, both)
        ]
        items = [Item(case, BETTER) for case in ways]
        asking, name = self.params.asking(), self.params.name
        found, used = decide(self._asked(sample), items, asking, name)
        each = zip(found[::2], found[1::2], strict=True)
        return [_choice(one, other, is_drawn=used == "samples") for one, other in each]

    def _asked(self, sample: int) -> Model:
        return Anew(self.model, sample) if sample else self.model

    def _both_ways(self, prompt: str, answers: Sequence[str]) -> tuple[Case, Case]:
        case = Case((Turn("user", prompt),), tuple(answers))
        case = shortened(case, self.params.limit(self.model.grade))
        return case, turned(case)


class Anew:
    """A model that is asked again: nothing it said in another sample is taken for an answer.

    The seed moves with the sample, or an endpoint that obeys seeds would agree with itself.
    """

    def __init__(self, model: Model, sample: int) -> None:
        """Ask `model` for the sample of this number."""
        self.model, self.sample = model, sample

    @property
    def identity(self) -> str:
        """That of the model."""
        return self.model.identity

    @property
    def grade(self) -> Grade:
        """That of the model."""
        return self.model.grade

    def ask(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """Answers to `calls` in that sample."""
        return self.model.ask([self._moved(call) for call in calls])

    def _moved(self, call: Call) -> Call:
        shift, seed = APART * self.sample, call.body.get("seed")
        body = call.body if seed is None else {**call.body, "seed": seed + shift}
        return call._replace(body=body, sample=call.sample + shift)


def _choice(one: Decision, other: Decision, *, is_drawn: bool) -> Choice:
    """Both orders of a pair; the second names the answers the other way round."""
    joined = join(one, other, is_drawn=is_drawn)
    if one.probabilities is None or other.probabilities is None:
        return Choice(None, reason=joined.reason)
    return Choice(joined.first, one.probabilities[0], other.probabilities[1])


def _identity(model: str, grade: Grade, params: PanelParams) -> JudgeIdentity:
    return JudgeIdentity(
        model=model, grade=grade, backend=params.backend, rubric=params.questions().identity,
        prompt=f"{VERSION}" if params.hardened else f"{VERSION}, not hardened",
    )  # fmt: skip


def judges_of(params: PanelParams, llm: LlmParams) -> list[PanelParams]:
    """The judges of a panel that have a model to ask, each by itself."""
    alone = params.model_copy(update={"judges": ()})
    named = [alone, *(_asked_as(alone, use) for use in params.judges)]
    return [one for one in named if llm.for_use(one).endpoint != "none"]


def _asked_as(params: PanelParams, use: LlmUse) -> PanelParams:
    return params.model_copy(update={name: getattr(use, name) for name in LlmUse.model_fields})


def identity_of(params: PanelParams, llm: LlmParams) -> JudgeIdentity:
    """Which judge `params` and `llm` name; nothing is asked or started.

    Raises:
        UsageError: The rubric cannot be read, or has no such criterion.
    """
    from tasks.llm.endpoint import identity

    use = llm.for_use(params)
    return _identity(identity(use), "demo" if use.endpoint == "local" else "real", params)


@contextmanager
def open_candidate(params: PanelParams, llm: LlmParams, store: str) -> Iterator[Candidate]:
    """The judge that `params` and `llm` name, without the further ones of its panel.

    Raises:
        UsageError: They name no model.
    """
    alone = params.model_copy(update={"judges": ()})
    with open_panel(alone, llm, store, "score.calibrate") as models:
        if not models:
            raise UsageError(
                "--gold examines a judge, and no language model is named: set llm.endpoint=local "
                "(after `finery models install`), or the base URL of an OpenAI-compatible API"
            )
        yield Candidate(models[0], alone)
