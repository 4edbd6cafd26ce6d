"""Where endpoints score conversations, how they want to be asked, and what they answer.

vLLM serves classifiers and reward models at /classify, /pooling and /score, Text Embeddings
Inference at /predict, and many servers a reranker at /rerank. Some take messages and render them
with the model's own chat template, which is what a reward model was trained on; others take a text,
or a prompt and an answer apart.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from tasks.base.errors import UsageError
from tasks.llm.call import Call

Messages = Sequence[Mapping[str, Any]]
KEYS = ("name", "tool_calls", "tool_call_id")  # of a turn that a chat template may read
MOST_CLASSES = 64  # more numbers than that are an embedding, and no verdict


class Route(NamedTuple):
    """One way to have a conversation scored."""

    name: str
    path: str
    body: Callable[[Messages], dict[str, Any]]
    values: Callable[[Mapping[str, Any]], object]  # what of an answer holds the score or scores

    def call(self, messages: Messages) -> Call:
        """The call that scores `messages`."""
        return Call(self.path, self.body(messages))

    def reward(self, body: Mapping[str, Any], label: int) -> float | None:
        """The reward that an answer holds; None where it is no such answer."""
        try:
            return reward_of(self.values(body), label)
        except (KeyError, IndexError, TypeError, ValueError):
            return None


def reward_of(values: object, label: int) -> float | None:
    """One number from what a model's head gave.

    Args:
        values: A number; or one number per class, as logits or probabilities; or such a list for
            every token, of which the last has read the whole conversation.
        label: Which class is the reward; negative ones count from the end.

    Returns:
        The number itself, or the probability of the class; None for anything else.

    Raises:
        UsageError: There is no such class.
    """
    numbers = np.atleast_1d(np.asarray(values))
    if numbers.dtype.kind not in "fiu":  # a text that looks like a number is none
        return None
    numbers = numbers[-1] if numbers.ndim == 2 else numbers
    if numbers.ndim != 1 or not 1 <= numbers.size <= MOST_CLASSES or not np.isfinite(numbers).all():
        return None
    if numbers.size == 1:
        return float(numbers[0])
    if not (math.isclose(numbers.sum(), 1, abs_tol=1e-3) and (numbers >= 0).all()):
        odds = np.exp(numbers - numbers.max())
        numbers = odds / odds.sum()
    if not -numbers.size <= label < numbers.size:
        raise UsageError(
            f"score.reward.label={label}: the model has {numbers.size} classes, from 0 to "
            f"{numbers.size - 1} (or -1 for the last)"
        )
    return float(numbers[label])


def turns_of(messages: list[dict[str, Any]]) -> Messages:
    """Turns as an endpoint takes them, with what a chat template may read beside the text."""
    return [
        {"role": turn["role"], "content": turn["content"]}
        | {k: v for k, v in json.loads(turn["extra"] or "{}").items() if k in KEYS}
        for turn in messages
    ]


def as_text(messages: Messages) -> str:
    """A conversation as plain text, for models without a chat template."""
    return "\n\n".join(f"{m['role'].capitalize()}: {m['content']}" for m in messages)


def as_pair(messages: Messages) -> tuple[str, str]:
    """Prompt and answer; of a conversation of several turns all but the answer is the prompt."""
    *before, last = messages
    prompt = before[0]["content"] if len(before) == 1 else as_text(before)
    return str(prompt), str(last["content"])


def _only(items: object) -> Any:  # noqa: ANN401 (any JSON)
    """The one item of a list; each call asks about one conversation."""
    if not isinstance(items, list) or len(items) != 1:
        raise ValueError("not one result")
    return items[0]


def _by_class(items: object) -> list[object]:
    """Scores of /predict in the order of the names of their classes; they come the best first."""
    if not isinstance(items, list):
        raise TypeError("no list of classes")
    rows = items[0] if len(items) == 1 and isinstance(items[0], list) else items
    return [row["score"] for row in sorted(rows, key=lambda row: str(row["label"]))]


_RAW = {"use_activation": False}
"""Logits: a probability of one class is 1 for whatever conversation, or so close that it ties."""


def _query(messages: Messages) -> dict[str, Any]:
    prompt, answer = as_pair(messages)
    return {"query": prompt, "documents": [answer]}


def _pair(messages: Messages) -> dict[str, Any]:
    prompt, answer = as_pair(messages)
    return {"text_1": prompt, "text_2": answer, **_RAW}


ROUTES = (
    Route("classify", "/classify", lambda m: {"messages": list(m), **_RAW},
          lambda body: _only(body["data"])["probs"]),
    Route("classify", "/classify", lambda m: {"input": as_text(m), **_RAW},
          lambda body: _only(body["data"])["probs"]),
    Route("pooling", "/pooling", lambda m: {"messages": list(m), **_RAW},
          lambda body: _only(body["data"])["data"]),
    Route("pooling", "/pooling", lambda m: {"input": as_text(m), **_RAW},
          lambda body: _only(body["data"])["data"]),
    Route("score", "/score", _pair, lambda body: _only(body["data"])["score"]),
    Route("predict", "/predict", lambda m: {"inputs": as_text(m), "raw_scores": True},
          lambda body: _by_class(body["data"])),
    Route("rerank", "/rerank", _query,
          lambda body: _only(body["results"])["relevance_score"]),
)  # fmt: skip
"""In the order in which they are tried: closest to how reward models are trained first."""
