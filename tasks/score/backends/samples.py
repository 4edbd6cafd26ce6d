"""Answers in JSON, drawn several times; their shares stand for probabilities.

For endpoints that give no log-probabilities, and for models whose first token is no answer. Shares
of five draws are coarse, and a sure model draws the same each time. With one draw the temperature
is 0; a demo model, whose grades are for show, draws no more. How much probability the labels had is
not known; the mass is the share of draws that answered.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from pydantic import BaseModel, create_model

from tasks.llm.call import PASSING, Model, Stream
from tasks.llm.structured import Structured, StructuredCall, ask_structured
from tasks.score.backends.asking import Asking, Item
from tasks.score.decision import Decision
from tasks.score.prompt import labels_of, messages

Labels = tuple[str, ...]


def decide(model: Model, items: Sequence[Item], asking: Asking) -> Iterator[tuple[int, Decision]]:
    """A decision for every item, each with its place, as they come; by their sets of labels."""
    asking = asking._replace(samples=1) if model.grade == "demo" else asking
    places: dict[Labels, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        places[labels_of(item.question)].append(place)
    for labels, mine in places.items():
        draws: dict[int, list[Structured]] = defaultdict(list)
        drawn_one_by_one = (one for place in mine for one in _draws(items[place], asking))
        calls = Stream(drawn_one_by_one, len(mine) * asking.samples)
        for drawn in ask_structured(model, calls, form_of(labels)):
            at = drawn[0] // asking.samples
            draws[at].append(drawn)
            if len(draws[at]) == asking.samples:
                yield mine[at], _decision(draws.pop(at), labels, asking.min_mass)


def form_of(labels: Labels) -> type[BaseModel]:
    """The form of an answer: an object whose field `answer` is one of `labels`."""
    one_of: Any = Literal[labels]
    return create_model("Verdict", answer=(one_of, ...))


def _draws(item: Item, asking: Asking) -> Iterator[StructuredCall]:
    asked = messages(item.case, item.question, asking.style._replace(reply="json"))
    temperature = 0.0 if asking.samples == 1 else 1.0
    for sample in range(asking.samples):
        yield StructuredCall(asked, asking.max_tokens, temperature, asking.seed + sample, sample)


def _decision(draws: Sequence[Structured], labels: Labels, min_mass: float) -> Decision:
    """The shares of the labels among the draws that answered, if those are enough."""
    failed = [draw for draw in sorted(draws) if draw.reason]
    for draw in failed:
        if draw.reason in PASSING:  # with luck all draws are there next time
            return Decision(None, None, draw.reason, draw.detail)
    answered = len(draws) - len(failed)
    mass = answered / len(draws)
    if failed and (mass < min_mass or not answered):
        reason = Counter(draw.reason for draw in failed).most_common(1)[0][0]
        told = next(draw.detail for draw in failed if draw.reason == reason)
        return Decision(None, mass, reason, told)
    counted = Counter(getattr(draw.value, "answer", None) for draw in draws)
    return Decision(tuple(counted[label] / answered for label in labels), mass)
