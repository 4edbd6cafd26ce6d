"""New prompts are answered, each by itself, as whoever trains on them will ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.augment.operators import rewritten
from tasks.augment.rules import answer_fault
from tasks.llm.call import PASSING, Model
from tasks.llm.chat import Chat, chat_call, read_chat
from tasks.llm.fence import restored

Turns = Sequence[dict[str, Any]]


def ask_answers(
    model: Model, asked: Sequence[Turns], max_tokens: int, temperature: float, seed: int,
    samples: int = 0,
) -> list[Chat]:  # fmt: skip
    """The answer to each of `asked`, in order.

    Args:
        model: Whom to ask.
        asked: Turns of the table.
        max_tokens: Of an answer.
        temperature: Of the draw.
        seed: Of the draw.
        samples: How often each stands in `asked`, one after the other, to be asked again: each
            draw is another one, and none is the answer that a row was given when it was made.
    """
    calls = [
        chat_call(
            [{"role": turn["role"], "content": turn["content"]} for turn in turns],
            max_tokens=max_tokens, temperature=temperature,
            seed=seed + draw, sample=draw,
        )
        for place, turns in enumerate(asked)
        for draw in [1 + place % samples if samples else 0]
    ]  # fmt: skip
    found = dict(model.ask(calls))
    return [read_chat(found[place]) for place in range(len(calls))]


def missed(chat: Chat) -> bool:
    """Whether nothing was said for now: a budget was spent, an endpoint is down or refuses."""
    return chat.reason in PASSING or chat.reason == "call_rejected"


def waiting(unanswered: Mapping[str, int]) -> int:
    """How many of what was not answered, counted by reason, another run may get an answer to."""
    return sum(n for reason, n in unanswered.items() if reason in PASSING)


def rewrite_in(chat: Chat, parent: str) -> str | None:
    """The new prompt in a reply, with what its parent had to be shown without; None without one."""
    text = rewritten(chat.text) if chat.reason in (None, "refused", "unparsable") else None
    return None if text is None else restored(text, parent)


def fault_in(prompt: str, chat: Chat) -> str | None:
    """Why an answer to a new prompt does not do; None if it may."""
    if chat.reason == "refused":
        return "inability"
    return answer_fault(prompt, chat.text, is_cut=chat.reason == "cut_short")
