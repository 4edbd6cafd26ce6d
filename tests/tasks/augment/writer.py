"""A model that rewrites and answers by a script, over real HTTP."""

import re
from collections.abc import Callable
from typing import Any

from tasks.augment.operators import CLOSE, OPEN
from tests.fault_server import Fault, chat, with_logprobs

Reply = "dict[str, Any] | Fault | str"
GROWN = " Name three reasons, and give an example that a child would understand."
ANSWER = "Here are the reasons: first, second and third; and an example with apples."


def asked_to_rewrite(body: dict[str, Any]) -> str | None:
    """The prompt between the marks; None if something else is asked."""
    if "You rewrite tasks" not in body["messages"][0]["content"]:
        return None
    text = body["messages"][-1]["content"]
    found = re.match(r"=== task (\w+) ===\n(.*?)\n=== end of task \1 ===", text, re.DOTALL)
    assert found is not None
    return found[2]


def is_comparison(body: dict[str, Any]) -> bool:
    """Whether two tasks are put side by side."""
    return "two tasks, not answers" in body["messages"][-1]["content"]


class Writer:
    """Replies for `tests.fault_server.FaultServer`; any of them may be exchanged."""

    def __init__(
        self,
        rewrite: Callable[[str], Any] = lambda prompt: prompt + GROWN,
        answer: Callable[[str], Any] = lambda prompt: ANSWER,
        more: float = 0.9,
        new: Callable[[int, str], Any] = lambda nth, wanted: "Say something new.",
    ) -> None:
        self.rewrite, self.answer, self.more, self.new = rewrite, answer, more, new
        self.calls = {"rewrite": 0, "answer": 0, "compare": 0, "new": 0}

    def __call__(self, _path: str, body: dict[str, Any]) -> dict[str, Any] | Fault:
        """Reply to one request."""
        if "You write tasks" in body["messages"][0]["content"]:
            self.calls["new"] += 1
            said = self.new(body["seed"], body["messages"][-1]["content"])
            return chat(f"<new_prompt>{said}</new_prompt>") if isinstance(said, str) else said
        prompt = asked_to_rewrite(body)
        if prompt is not None:
            self.calls["rewrite"] += 1
            said = self.rewrite(prompt)
            return chat(f"{OPEN}{said}{CLOSE}") if isinstance(said, str) else said
        if "capital of France" in str(body["messages"]):  # asked to see whether it gives these
            return with_logprobs({"5": 1.0})
        if is_comparison(body):
            self.calls["compare"] += 1
            is_predicate = "ask for anything" in str(body)
            said = {"yes": self.more, "no": 1 - self.more} if is_predicate else {"A": 0.8, "B": 0.2}
            return with_logprobs(said)
        self.calls["answer"] += 1
        said = self.answer(body["messages"][-1]["content"])
        return chat(said) if isinstance(said, str) else said


class Dear(Writer):
    """A writer whose every word costs."""

    def __call__(self, path: str, body: dict[str, Any]) -> dict[str, Any] | Fault:
        """Reply to one request."""
        return {**super().__call__(path, body),
                "usage": {"prompt_tokens": 500, "completion_tokens": 100}}  # fmt: skip
