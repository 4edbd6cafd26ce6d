"""A chat completion: how it is asked for, and what an answer says.

An answer is read with suspicion: a refusal, an answer that was cut and a body of another form each
have their reason, and none of them is taken for text that the model meant to write.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tasks.llm.call import Answer, Call, Reason
from tasks.llm.refusal import is_refusal
from tasks.llm.replies import CHAT as PATH

ROUNDING = 1e-3  # above nought there is no log of a probability, but servers round


class Token(NamedTuple):
    """One token of an answer, and what else might have stood there."""

    text: str
    logprob: float
    top: dict[str, float]  # the likeliest tokens at this place -> log-probability


class Chat(NamedTuple):
    """What a model said.

    Attributes:
        text: What it wrote, also where it was cut.
        reason: Why `text` is not to be taken for an answer; None if it is. Who asked for one
            token to read its probabilities expects `cut_short` and reads `tokens` all the same.
        finish_reason: As the endpoint names it.
        tokens: With probabilities, if they were asked for.
        detail: What is wrong; never text of a row.
    """

    text: str
    reason: Reason | None = None
    finish_reason: str = ""
    tokens: tuple[Token, ...] = ()
    detail: str = ""


def chat_call(
    messages: Sequence[Mapping[str, Any]],
    *,
    max_tokens: int,
    temperature: float = 0.0,
    seed: int | None = None,
    top_p: float | None = None,
    logprobs: int = 0,
    schema: Mapping[str, Any] | None = None,
    extra: Mapping[str, Any] | None = None,
    sample: int = 0,
) -> Call:
    """A call of /chat/completions.

    Args:
        messages: Turns, each with role and content.
        max_tokens: The most that may be answered.
        temperature: 0 for the likeliest answer.
        seed: For endpoints that repeat what they drew.
        top_p: Share of the probability that is drawn from.
        logprobs: How many of the likeliest tokens come with each place; 0 for none.
        schema: JSON schema that the answer must follow, where the endpoint can hold it to that.
        extra: Further fields of the body, such as a grammar.
        sample: Which of several answers to the same question.
    """
    body: dict[str, Any] = {
        "messages": [dict(message) for message in messages],
        "max_tokens": max_tokens,
        "temperature": temperature,
    }
    given = {"seed": seed, "top_p": top_p}
    body |= {name: value for name, value in given.items() if value is not None}
    if logprobs:
        body |= {"logprobs": True, "top_logprobs": logprobs}
    if schema is not None:
        form = {"name": "answer", "strict": True, "schema": dict(schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    return Call(PATH, body | dict(extra or {}), tokens_out=max_tokens, sample=sample)


def read_chat(answer: Answer) -> Chat:
    """What `answer` says; never raises, whatever the endpoint sent."""
    if answer.body is None:
        return Chat("", answer.reason or "unparsable", detail=answer.detail)
    choice = _first(answer.body.get("choices"))
    message = choice.get("message")
    if not isinstance(message, Mapping):
        return Chat("", "unparsable", detail="the body has no choices[0].message")
    text, finish = _text(message.get("content")), str(choice.get("finish_reason") or "")
    chat = Chat(text, None, finish, _tokens(choice.get("logprobs")))
    if message.get("refusal"):
        return chat._replace(reason="refused", detail="message.refusal")
    if finish == "content_filter":
        return chat._replace(reason="refused", detail="finish_reason content_filter")
    if finish == "length":
        return chat._replace(reason="cut_short", detail="finish_reason length")
    if is_refusal(text):
        return chat._replace(reason="refused", detail="begins with a refusal")
    if not text.strip() and not chat.tokens:
        return chat._replace(reason="unparsable", detail="message.content is empty")
    return chat


def _first(choices: object) -> Mapping[str, Any]:
    found = choices[0] if isinstance(choices, list) and choices else None
    return found if isinstance(found, Mapping) else {}


def _text(content: object) -> str:
    """Content as text; some endpoints send it in parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
    return "".join(text for text in texts if isinstance(text, str))


def _tokens(logprobs: object) -> tuple[Token, ...]:
    places = logprobs.get("content") if isinstance(logprobs, Mapping) else None
    return tuple(
        Token(
            text, logprob, dict(filter(None, map(_weighed, _mappings(place.get("top_logprobs")))))
        )
        for place in _mappings(places)
        for text, logprob in filter(None, [_weighed(place)])
    )


def _weighed(token: Mapping[str, Any]) -> tuple[str, float] | None:
    """Token and log-probability; None where either is no such thing."""
    text, logprob = token.get("token"), token.get("logprob")
    if not isinstance(text, str) or isinstance(logprob, bool):
        return None
    if isinstance(logprob, int | float) and -math.inf < logprob <= ROUNDING:
        return text, min(float(logprob), 0.0)
    return None


def _mappings(values: object) -> list[Mapping[str, Any]]:
    return [v for v in values if isinstance(v, Mapping)] if isinstance(values, list) else []
