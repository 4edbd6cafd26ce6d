"""What every backend is given: the items to decide, and how to ask."""

from typing import Literal, NamedTuple

from tasks.score.case import Case
from tasks.score.decision import Question
from tasks.score.prompt import HARDENED, Style

Name = Literal["decisions", "logprobs", "samples"]


class Item(NamedTuple):
    """One question about one case. Items of one case stand together."""

    case: Case
    question: Question


class Asking(NamedTuple):
    """How a model is asked, whatever it is asked."""

    style: Style = HARDENED
    samples: int = 5  # answers drawn for each item
    min_mass: float = 0.5  # less probability than this on the answers offered is no answer
    max_tokens: int = 64  # of an answer in JSON
    seed: int = 0
