"""What an exam needs to know of a judge, and what a judge says in it.

A judge here is a model together with its rubric, its backend and its prompt: change one, and it is
another judge with another passport.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import orjson
import polars as pl
from pydantic import BaseModel, ConfigDict

from tasks.base.report import Cost
from tasks.llm.call import Grade


class JudgeIdentity(BaseModel):
    """All that makes one judge another."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str  # name, and what tells its weights from others of that name
    grade: Grade
    backend: str  # how it is asked, as the run says: auto, decisions, logprobs, samples
    rubric: str  # name, version and digest
    prompt: str  # version

    @property
    def fingerprint(self) -> str:
        """32 hex digits that two judges share only if they are the same."""
        blob = orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(blob).hexdigest()[:32]


class Score(NamedTuple):
    """What a judge said of one answer."""

    value: float | None  # 0 worst, 1 best
    reason: str | None = None  # why there is none


class Choice(NamedTuple):
    """What a judge said of two answers to one prompt, asked in both orders.

    All three are probabilities that the answer which the gold file names first is the better one,
    so that a judge without a leaning to a place says the same twice.
    """

    first: float | None  # over both orders
    straight: float | None = None  # where that answer was shown first
    swapped: float | None = None  # where it was shown second
    reason: str | None = None  # why there is none


class Judge(Protocol):
    """Whoever sits the exam.

    Every question gets one reply, in the order asked. `sample` tells askings of the same question
    apart, so that the second is not answered from memory.
    """

    @property
    def identity(self) -> JudgeIdentity:
        """Which judge it is."""

    @property
    def cost(self) -> Cost:
        """What it cost so far."""

    def score(self, rows: pl.DataFrame, sample: int = 0) -> Sequence[Score]:
        """How good each answer is by the rubric; `rows` are those of `tasks.base.table`."""

    def choose(self, pairs: pl.DataFrame, sample: int = 0) -> Sequence[Choice]:
        """Which of two answers is better; `pairs` has `id`, `prompt`, `first` and `second`."""
