"""One endpoint: sends a call, tries again where that may help, and says why where it does not."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tasks.llm.call import Answer, Call, Reason
from tasks.llm.dialect import dialect_of
from tasks.llm.limits import LONGEST_WAIT, Pace, retry_after

if TYPE_CHECKING:
    from openai import AsyncOpenAI

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


class Client:
    """Asks one model at one endpoint. Lives in one event loop."""

    def __init__(self, client: "AsyncOpenAI", model: str, pace: Pace, attempts: int) -> None:
        self.client, self.model = client, model
        self.dialect = dialect_of(str(client.base_url), model)
        self.pace, self.attempts = pace, attempts
        self.sent = 0  # calls sent, every attempt counted
        self.last = Outcome(None)  # of all calls, the latest that failed

    async def ask(self, call: Call, tokens: int, timeout: float) -> Answer:
        """Send `call` until it is answered or given up.

        Args:
            call: What is asked.
            tokens: Estimate of what it takes in and out, for the rate.
            timeout: Seconds that one attempt may take.
        """
        body = {"model": self.model, **call.body}
        last = self.last
        for attempt in range(self.attempts):
            if not await self.pace.enter(tokens):
                return self._hopeless()
            last = await self._attempt(call.path, body, tokens, timeout)
            if last.body is not None:
                return Answer(last.body, None, "", False, *usage(last.body))
            if not last.again:
                break
            if attempt + 1 < self.attempts and not last.wait:
                await self.pace.sleep(self.pace.backoff(attempt))
        return Answer(None, last.reason, last.detail)

    def _hopeless(self) -> Answer:
        """What a call that is not sent any more has to say."""
        last = self.last
        told = last.detail if last.for_all else f"the endpoint was given up; last: {last.detail}"
        return Answer(None, last.reason, told)

    async def _attempt(
        self, path: str, body: dict[str, Any], tokens: int, timeout: float
    ) -> Outcome:
        outcome, used = Outcome(None), 0
        try:
            async with asyncio.timeout(timeout):
                outcome = await self._send(path, body, tokens)
        except TimeoutError:
            told = f"no answer within {timeout:g} s"
            outcome = Outcome(
                None, "endpoint_failed", told, again=True, is_limit=True, reached=False
            )
        finally:
            if outcome.body is not None:
                used = sum(usage(outcome.body))
            self.pace.leave(estimated=tokens, used=used)
        self._learn(outcome)
        return outcome

    def _learn(self, outcome: Outcome) -> None:
        """What one attempt says about the endpoint."""
        if outcome.body is None:
            self.last = outcome
        if outcome.for_all:
            self.pace.give_up()
        elif not outcome.again:
            self.pace.succeeded()  # it is there and answers, if only that the call is wrong
        else:
            if outcome.is_limit:
                self.pace.too_much()
            self.pace.failed(reached=outcome.reached)
            self.pace.wait_for(outcome.wait or 0.0)

    async def _send(self, path: str, body: dict[str, Any], tokens: int) -> Outcome:
        import httpx2
        from openai import APIConnectionError, APIStatusError

        said = self.dialect.wire(body)
        self.sent += 1
        try:
            reply = await self.client.post(
                path, cast_to=httpx2.Response, content=orjson.dumps(said)
            )
        except APIStatusError as error:
            if error.status_code in (400, 422) and self.dialect.learn(said, error.body):
                return await self._send(path, body, tokens)
            return _refusal(error.status_code, error.response.headers, error.body)
        except (APIConnectionError, httpx2.HTTPError) as error:
            kind = type(error.__cause__ or error).__name__
            told = f"connection failed: {kind}"
            return Outcome(None, "endpoint_failed", told, again=True, reached=False)
        self.pace.heed(reply.headers, tokens)
        return _read(reply.content)


def _read(content: bytes) -> Outcome:
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


def _refusal(status: int, headers: Mapping[str, str], body: object) -> Outcome:
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
