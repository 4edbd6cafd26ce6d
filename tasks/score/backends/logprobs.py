"""One token, and the probability that each label had of being it (G-Eval, arXiv:2303.16634).

The answer is the expectation over the labels, which is finer than the label that was drawn, takes
one token and cannot be talked into prose. Probabilities are those of the likeliest tokens, summed
over the ways to write a label and made to sum to one; what they summed to before is the mass. A
model with little mass on the labels was about to say something else.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from tasks.llm.call import Answer, Call, Model
from tasks.llm.chat import chat_call, read_chat
from tasks.score.backends.asking import Asking, Item
from tasks.score.decision import Decision
from tasks.score.prompt import labels_of, messages

TOP = 20  # the most that endpoints give
SPACES = " \t\r\n\u00a0\u2581\u0120\u010a"  # as tokenisers write them


def decide(model: Model, items: Sequence[Item], asking: Asking) -> Iterator[tuple[int, Decision]]:
    """A decision for every item, each with its place, as they come."""
    calls = [call(item, asking) for item in items]
    for place, answer in model.ask(calls):
        yield place, read(answer, labels_of(items[place].question), asking.min_mass)


def call(item: Item, asking: Asking) -> Call:
    """The call for one token with its probabilities."""
    return chat_call(messages(item.case, item.question, asking.style), max_tokens=1, logprobs=TOP)


def read(answer: Answer, labels: Sequence[str], min_mass: float) -> Decision:
    """The decision in the first token of `answer`."""
    chat = read_chat(answer)
    if chat.reason not in (None, "cut_short", "unparsable"):  # one token is always cut short
        return Decision(None, None, chat.reason, chat.detail)
    if not chat.tokens:
        return Decision(None, None, "unparsable", "the answer has no log-probabilities")
    first = chat.tokens[0]
    weights = weigh({first.text: first.logprob, **first.top}, labels)
    mass = sum(weights)
    if mass < min_mass or mass <= 0:
        return Decision(None, mass, "low_mass", f"{mass:.2f} of the probability is on the labels")
    return Decision(tuple(weight / mass for weight in weights), min(mass, 1.0))


def weigh(tokens: Mapping[str, float], labels: Sequence[str]) -> tuple[float, ...]:
    """Probability of each label over the ways to write it: ` 1` and `1`, `Yes` and ` yes`."""
    found = dict.fromkeys(labels, 0.0)
    plain = {label.casefold(): label for label in labels}
    for token, logprob in tokens.items():
        label = plain.get(token.strip(SPACES).casefold())
        if label is not None:
            found[label] += math.exp(logprob)
    return tuple(found.values())
