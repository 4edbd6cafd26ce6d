"""Which backend fits an endpoint. Where the run does not say, the endpoint is asked.

One question with a plain answer is put to it. If it gives log-probabilities and the labels have
enough of them, these are read; else answers are drawn. What is asked does not depend on the rows,
so neither does the choice.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from tasks.llm.call import PASSING, Model
from tasks.score.backends import decisions, logprobs, samples
from tasks.score.backends.asking import Asking, Item, Name
from tasks.score.case import Case, Turn
from tasks.score.decision import Decision, Question

Backend = Callable[[Model, Sequence[Item], Asking], Iterator[tuple[int, Decision]]]
BACKENDS: dict[Name, Backend] = {
    "decisions": decisions.decide,
    "logprobs": logprobs.decide,
    "samples": samples.decide,
}
PROBE = Item(
    Case((Turn("user", "What is the capital of France?"),), ("Paris.",)),
    Question(
        name="probe",
        text="How good is the answer?",
        options=("Wrong.", "Poor.", "Fair.", "Good.", "Right."),
    ),
)


class Chosen(NamedTuple):
    """A backend, or why none could be chosen."""

    name: Name | None
    undecided: Decision | None = None  # the endpoint did not answer


def choose(model: Model, asking: Asking) -> Chosen:
    """The backend that reads most from `model`; costs one call of one token."""
    if model.identity.partition("+")[0] in decisions.MODELS:
        return Chosen("decisions")
    [(_, found)] = logprobs.decide(model, [PROBE], asking)
    if found.reason in PASSING:
        return Chosen(None, found)
    return Chosen("samples" if found.probabilities is None else "logprobs")


def decide(
    model: Model, items: Sequence[Item], asking: Asking, name: Name | None = None
) -> tuple[list[Decision], Name | None]:
    """A decision for every item, in order, and the backend that made them.

    Args:
        model: Whom to ask.
        items: Those of one case stand together, so that servers can reuse what they read.
        asking: How to ask.
        name: The backend; none to choose by what the endpoint can do.
    """
    if not items:
        return [], name
    chosen = Chosen(name) if name else choose(model, asking)
    if chosen.name is None:
        assert chosen.undecided is not None
        return [chosen.undecided] * len(items), None
    found = dict(BACKENDS[chosen.name](model, items, asking))
    return [found[place] for place in range(len(items))], chosen.name
