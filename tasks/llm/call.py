"""One request to a language model, and what came of it."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Generic, Literal, NamedTuple, Protocol, TypeVar

import orjson

T = TypeVar("T")
Reason = Literal[
    "budget_reached",  # the cap was reached before this call was sent
    "endpoint_failed",  # no answer after every attempt: resets, time-outs, 5xx, an open circuit
    "rate_limited",  # 429 to the last attempt
    "key_rejected",  # 401 or 403: nothing else will be answered either
    "call_rejected",  # any other 4xx: this call is wrong, or too long for the model
    "refused",  # the model declined
    "cut_short",  # the answer ran into max_tokens
    "unparsable",  # no answer of the form asked for, also after asking again
    "low_mass",  # too little probability on the answers that were offered
]
PASSING: tuple[Reason, ...] = ("budget_reached", "endpoint_failed", "rate_limited", "key_rejected")
"""Reasons that another run may be rid of; a stage that met one is not done (`unfinished`)."""

Grade = Literal["demo", "real"]
"""What scores of a model may be used for: those of a demo model decide nothing unless forced."""


class Call(NamedTuple):
    """A request, all but the model, which the door fills in."""

    path: str  # below the base URL: /chat/completions, /decisions, /score, ...
    body: dict[str, Any]
    tokens_out: int = 0  # the most that may be answered, for budget and limits
    sample: int = 0  # which of several answers to the same question

    def key(self, model: str) -> str:
        """What an answer is remembered by: model, path, body and sample.

        Neither the key nor the address of the endpoint is part of it.
        """
        blob = [model, self.path, self.body, self.sample]
        return hashlib.sha256(orjson.dumps(blob, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Stream(Generic[T]):
    """What is drawn one by one, for memory's sake, though it is known how many there are."""

    def __init__(self, items: Iterable[T], size: int) -> None:
        """Draw from `items`, of which there are about `size`."""
        self.items, self.size = items, size

    def __iter__(self) -> Iterator[T]:
        """Draw."""
        return iter(self.items)

    def __len__(self) -> int:
        """How many there are, for the progress."""
        return self.size


class Answer(NamedTuple):
    """The endpoint's JSON, or why there is none."""

    body: dict[str, Any] | None
    reason: Reason | None = None
    detail: str = ""  # status and kind of error; never text of a row, never a key
    recalled: bool = False  # remembered from an earlier call, so it cost nothing now
    tokens_in: int = 0
    tokens_out: int = 0
    wasted: int = 0  # attempts before, without an answer, that may be on the bill all the same


class Model(Protocol):
    """What a stage knows of a door, or of anything that stands in for one."""

    @property
    def identity(self) -> str:
        """Name of the model, and what tells its weights from others of that name."""

    @property
    def grade(self) -> Grade:
        """Whether scores of this model may decide anything."""

    def ask(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """Answers as they arrive, each with the place of its call; one for every call.

        Calls are drawn from the iterable as answers leave, so that memory stays constant. Of one
        that knows its length (a list, a `Stream`) progress is told.
        """
