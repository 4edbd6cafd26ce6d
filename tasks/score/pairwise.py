"""Which of two answers is better, asked in both orders.

Models prefer a place: a small one names the first answer in nearly every call. So each pair is put
both ways round and the two are averaged, as log-odds where the probabilities are the model's own,
and the share of pairs where both orders agree is reported with whatever is made of them.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from tasks.llm.call import Model, Reason
from tasks.score.backends.asking import Asking, Item, Name
from tasks.score.backends.choose import decide
from tasks.score.case import Case
from tasks.score.decision import Decision, Question

BETTER = Question(
    name="better",
    kind="choice",
    text="Which of the two answers serves the request better? The order in which they stand means "
    "nothing, and length by itself is no merit.",
    options=("answer_a is better.", "answer_b is better."),
)
SURE = 1e-6  # closer to 0 or 1 no probability is taken to be, so that log-odds stay finite


class Preference(NamedTuple):
    """What both orders of a pair say."""

    first: float | None  # probability that the first answer is better; None: undecided
    consistent: bool | None = None  # whether both orders prefer the same answer
    mass: float | None = None
    reason: Reason | None = None
    detail: str = ""


def compare(
    model: Model,
    pairs: Sequence[Case],
    asking: Asking,
    name: Name | None = None,
    question: Question = BETTER,
) -> tuple[list[Preference], Name | None]:
    """A preference for every pair, in order, and the backend that it rests on.

    Args:
        model: Whom to ask.
        pairs: Cases with two answers.
        asking: How to ask.
        name: The backend; none to choose by what the endpoint can do.
        question: What is asked of the two, with the first as its first option.
    """
    ways = [case for pair in pairs for case in (pair, turned(pair))]
    found, used = decide(model, [Item(case, question) for case in ways], asking, name)
    both = zip(found[::2], found[1::2], strict=True)
    return [join(one, other, is_drawn=used == "samples") for one, other in both], used


def turned(pair: Case) -> Case:
    """The pair with its answers in the other order."""
    return pair._replace(answers=pair.answers[::-1])


def join(one: Decision, other: Decision, *, is_drawn: bool = False) -> Preference:
    """Both orders as one.

    Args:
        one: What was said of the pair.
        other: What was said of the pair the other way round.
        is_drawn: Whether probabilities are shares of few draws, whose log-odds mean nothing.
    """
    for undecided in (one, other):
        if undecided.probabilities is None:
            return Preference(None, None, undecided.mass, undecided.reason, undecided.detail)
    assert one.probabilities
    assert other.probabilities
    straight, back = one.probabilities[0], other.probabilities[1]
    mean = (straight + back) / 2
    first = mean if is_drawn else _odds_mean(straight, back)
    masses = [d.mass for d in (one, other) if d.mass is not None]
    return Preference(
        first, (straight > 0.5) == (back > 0.5) and (straight < 0.5) == (back < 0.5),
        min(masses) if masses else None,
    )  # fmt: skip


def _odds_mean(one: float, other: float) -> float:
    """Probability whose log-odds are the mean of both."""
    sure = [min(max(p, SURE), 1 - SURE) for p in (one, other)]
    odds = sum(math.log(p / (1 - p)) for p in sure) / 2
    return 1 / (1 + math.exp(-odds))


def share_consistent(found: Sequence[Preference]) -> float | None:
    """Share of the decided pairs whose orders agree; None where none was decided."""
    decided = [one.consistent for one in found if one.consistent is not None]
    return sum(decided) / len(decided) if decided else None
