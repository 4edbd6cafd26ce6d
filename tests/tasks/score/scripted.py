"""A model that answers by a rule, so that a test knows what a judge was told and what it said."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tasks.base.report import Cost
from tasks.llm.call import Answer, Call, Reason

Said = dict[str, Any] | Reason


class Scripted:
    """Answers each call by `reply`, which gives the endpoint's JSON or the reason for none."""

    def __init__(
        self, reply: Callable[[dict[str, Any]], Said], name: str = "scripted", grade: str = "real"
    ) -> None:
        self.reply, self.identity, self.grade = reply, name, grade
        self.asked: list[Call] = []

    @property
    def cost(self) -> Cost:
        """What was asked."""
        return Cost(calls=len(self.asked))

    def ask(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """Answers, the last first, for nothing may rest on the order in which they come."""
        listed = list(calls)
        self.asked += listed
        for place in reversed(range(len(listed))):
            said = self.reply(listed[place].body)
            known = isinstance(said, dict)
            yield place, Answer(said) if known else Answer(None, said, "told to")


def chat(text: str = "", *, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def tokens(**likely: float) -> dict[str, Any]:
    """A completion of one token with the probabilities of those that might have stood there."""
    return weighed({token.removeprefix("_"): p for token, p in likely.items()})


def weighed(likely: dict[str, float]) -> dict[str, Any]:
    """The same, for tokens of any form."""
    top = [{"token": t, "logprob": math.log(p), "bytes": None} for t, p in likely.items()]
    best = max(top, key=lambda one: one["logprob"])
    said = chat(best["token"], finish="length")
    said["choices"][0]["logprobs"] = {"content": [{**best, "top_logprobs": top}]}
    return said


def level(n: int, of: int = 5) -> dict[str, Any]:
    """A judge that is sure of level `n`."""
    return weighed({str(i): 0.96 if i == n else 0.01 for i in range(1, of + 1)})


def as_json(label: str) -> dict[str, Any]:
    """An answer in JSON."""
    return chat(json.dumps({"answer": label}))


def prompt_of(body: dict[str, Any]) -> str:
    """The user turn."""
    return body["messages"][-1]["content"]


def data_of(body: dict[str, Any]) -> dict[str, Any]:
    """The row in a hardened prompt, decoded."""
    return json.loads(prompt_of(body).split("\n")[1])
