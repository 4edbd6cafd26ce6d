"""What a reply means: an answer, or why there is none and whether another attempt may help."""

import codecs
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from tasks.llm.call import Reason
from tasks.llm.headers import retry_after
from tasks.llm.limits import LONGEST_WAIT

AGAIN = (408, 409, 425, 429)
"""Statuses of 4xx that another attempt may be rid of."""

NO_QUOTA = ("insufficient_quota", "billing_hard_limit_reached", "credit_balance_too_low")
"""What endpoints call a 429 that no waiting helps against."""

NOWHERE = (402, 404, 405, 410)
"""Statuses that say the same to every call, until somebody changes the settings or pays."""

HINTS = {
    301: ": the endpoint is at another address",
    402: ": the account is empty",
    404: ": no such model, or no such path",
    405: ": no such path",
    410: ": the model is gone",
    413: ": too long",
}
MOST_TOKENS = 2**40  # of one answer; more is no count
CHAT = "/chat/completions"


class Outcome(NamedTuple):
    """What one attempt came to."""

    body: dict[str, Any] | None
    reason: Reason | None = None
    detail: str = ""
    wait: float | None = None  # seconds that the server asked for
    again: bool = False  # whether another attempt may help
    for_all: bool = False  # whether it holds for every other call too
    is_limit: bool = False  # the endpoint wants less; else it is broken
    is_paid: bool = False  # whether it may be on the bill, though it is no answer
    reached: bool = True  # whether anybody was there


def accepted(content: bytes, path: str) -> Outcome:
    """A reply with status 200, which need not be an answer to a call of `path`."""
    try:
        body = parsed(content.removeprefix(codecs.BOM_UTF8))
    except (ValueError, RecursionError):
        return _thrown_away("status 200, but no JSON")
    if isinstance(body, list):  # some classifiers answer with a bare list
        body = {"data": body}
    if not isinstance(body, dict) or (body.get("error") and "choices" not in body):
        return _thrown_away("status 200, but an error inside")
    if path == CHAT and not _has_message(body):
        return _thrown_away("status 200, but no message inside")
    return Outcome(body)


def parsed(content: bytes) -> object:
    """The body of a reply; half a character, which models do write, becomes U+FFFD.

    Raises:
        ValueError: It is no JSON.
        RecursionError: It goes too deep.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        # the same again, by a parser that lets halves of characters pass
        text = json.dumps(json.loads(content), ensure_ascii=False, allow_nan=False)
        whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return orjson.loads(whole)


def _thrown_away(told: str) -> Outcome:
    """A reply that may have to be paid for, and is none."""
    return Outcome(None, "endpoint_failed", told, again=True, is_paid=True)


def _has_message(body: Mapping[str, Any]) -> bool:
    """Whether a chat completion has a message, be it an empty one."""
    choices = body.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return isinstance(first, Mapping) and isinstance(first.get("message"), Mapping)


def refused(status: int, headers: Mapping[str, str], body: object, path: str) -> Outcome:
    """A reply that says no. Its text is not kept: it may quote the row, or a part of the key.

    That there is no such path or model holds for every other call of a chat; where routes are
    tried in turn it holds for this one alone.
    """
    wait = retry_after(headers)
    told = f"status {status}"
    if status in (401, 403):
        told += ": the endpoint does not accept the key"
        return Outcome(None, "key_rejected", told, for_all=True)
    reason: Reason = "rate_limited" if status == 429 else "endpoint_failed"
    if status == 429 and _code(body) in NO_QUOTA:
        return Outcome(None, reason, f"{told}: the account's quota is used up", for_all=True)
    said = headers.get("x-should-retry")
    may_pass = status >= 500 or status in AGAIN or said == "true"
    if may_pass and wait is not None and wait > LONGEST_WAIT:
        return Outcome(None, reason, f"{told}, to come back in {wait:.0f} s", for_all=True)
    if may_pass and said != "false":
        return Outcome(None, reason, told, wait, again=True, is_limit=status in (429, 503))
    if may_pass:
        return Outcome(None, reason, f"{told}, not to be tried again")
    told += HINTS.get(301 if 300 <= status < 400 else status, "")
    if path in (CHAT, "/decisions") and (status in NOWHERE or 300 <= status < 400):
        return Outcome(None, "endpoint_failed", told, for_all=True)
    return Outcome(None, "call_rejected", told)


def _code(body: object) -> object:
    """The code of an error, of which the SDK hands on the inner object."""
    return (body.get("code") or body.get("type")) if isinstance(body, Mapping) else None


def usage(body: dict[str, Any]) -> tuple[int, int]:
    """Tokens in and out that an answer says it took; zeros where it says nothing."""
    counts = body.get("usage")
    if not isinstance(counts, dict):
        return 0, 0
    taken = counts.get("prompt_tokens", counts.get("input_tokens")) or 0
    given = counts.get("completion_tokens", counts.get("output_tokens")) or 0
    are_counts = all(type(n) is int and 0 <= n < MOST_TOKENS for n in (taken, given))
    return (taken, given) if are_counts else (0, 0)
