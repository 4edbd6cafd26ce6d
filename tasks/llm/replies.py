"""What a reply means: an answer, or why there is none and whether another attempt may help."""

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


class Outcome(NamedTuple):
    """What one attempt came to."""

    body: dict[str, Any] | None
    reason: Reason | None = None
    detail: str = ""
    wait: float | None = None  # seconds that the server asked for
    again: bool = False  # whether another attempt may help
    for_all: bool = False  # whether it holds for every other call too
    is_limit: bool = False  # the endpoint wants less; else it is broken
    reached: bool = True  # whether anybody was there


def accepted(content: bytes) -> Outcome:
    """A reply with status 200, which need not be an answer."""
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return Outcome(None, "endpoint_failed", "status 200, but no JSON", again=True)
    if isinstance(body, list):  # some classifiers answer with a bare list
        body = {"data": body}
    if not isinstance(body, dict) or (body.get("error") and "choices" not in body):
        return Outcome(None, "endpoint_failed", "status 200, but an error inside", again=True)
    return Outcome(body)


def refused(status: int, headers: Mapping[str, str], body: object) -> Outcome:
    """A reply that says no. Its text is not kept: it may quote the row, or a part of the key."""
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
    hints = {404: ": no such model, or no such path", 413: ": too long"}
    if 300 <= status < 400:
        hints[status] = ": the endpoint is at another address"
    return Outcome(None, "call_rejected", told + hints.get(status, ""))


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
    return (int(taken), int(given)) if isinstance(taken, int) and isinstance(given, int) else (0, 0)
