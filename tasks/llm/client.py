"""One endpoint: sends a call, tries again where that may help, and says why where it does not."""

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tasks.llm.call import Answer, Call, Reason
from tasks.llm.dialect import dialect_of
from tasks.llm.limits import LONGEST_WAIT, Pace, retry_after

if TYPE_CHECKING:
    from openai import AsyncOpenAI

AGAIN = (408, 409, 425, 429)
"""Statuses of 4xx that another attempt may be rid of."""


class Outcome(NamedTuple):
    """What one attempt came to."""

    body: dict[str, Any] | None
    reason: Reason | None = None
    detail: str = ""
    wait: float | None = None  # seconds that the server asked for
    again: bool = False  # whether another attempt may help
    is_limit: bool = False  # the endpoint wants less; else it is broken


class Client:
    """Asks one model at one endpoint. Lives in one event loop."""

    def __init__(self, client: "AsyncOpenAI", model: str, pace: Pace, attempts: int) -> None:
        self.client, self.model = client, model
        self.dialect = dialect_of(str(client.base_url), model)
        self.pace, self.attempts = pace, attempts
        self.sent = 0  # calls sent, every attempt counted
        self.rejected = ""  # the endpoint does not know our key: why

    async def ask(self, call: Call, tokens: int) -> Answer:
        """Send `call` until it is answered or given up.

        Args:
            call: What is asked.
            tokens: Estimate of what it takes in and out, for the rate.
        """
        body = {"model": self.model, **call.body}
        last = Outcome(None, "endpoint_failed", "the endpoint was given up after many failures")
        for attempt in range(self.attempts):
            if self.rejected:
                return Answer(None, "key_rejected", self.rejected)
            if not await self.pace.enter(tokens):
                break
            last, used = await self._once(call.path, body, tokens)
            if last.body is not None:
                return Answer(last.body, tokens_in=used[0], tokens_out=used[1])
            if not last.again:
                break
            if attempt + 1 < self.attempts and last.wait is None:
                await asyncio.sleep(self.pace.backoff(attempt))
        return Answer(None, last.reason, last.detail)

    async def _once(
        self, path: str, body: dict[str, Any], tokens: int
    ) -> tuple[Outcome, tuple[int, int]]:
        used = (0, 0)
        try:
            outcome = await self._send(path, body)
            if outcome.body is not None:
                used = usage(outcome.body)
        finally:
            self.pace.leave(estimated=tokens, used=sum(used))
        if outcome.body is not None or not outcome.again:
            self.pace.succeeded()  # it is there and answers, if only with a refusal
        elif outcome.is_limit:
            self.pace.too_much(outcome.wait)
        else:
            self.pace.failed(reached=outcome.detail.startswith("status"))
        if outcome.reason == "key_rejected":
            self.rejected = outcome.detail
        return outcome, used

    async def _send(self, path: str, body: dict[str, Any]) -> Outcome:
        import httpx2
        from openai import APIConnectionError, APIStatusError, APITimeoutError

        said = self.dialect.wire(body)
        self.sent += 1
        try:
            reply = await self.client.post(path, cast_to=httpx2.Response, body=said)
        except APITimeoutError:
            return Outcome(None, "endpoint_failed", "timed out", again=True, is_limit=True)
        except APIConnectionError as error:
            kind = type(error.__cause__ or error).__name__
            return Outcome(None, "endpoint_failed", f"connection failed: {kind}", again=True)
        except APIStatusError as error:
            if error.status_code in (400, 422) and self.dialect.learn(said, error.body):
                return await self._send(path, body)
            return _refusal(error.status_code, error.response.headers)
        except httpx2.HTTPError as error:  # cut off while its body was read
            kind = type(error).__name__
            return Outcome(None, "endpoint_failed", f"connection failed: {kind}", again=True)
        self.pace.heed(reply.headers)
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


def _refusal(status: int, headers: Any) -> Outcome:  # noqa: ANN401 (httpx2 is imported late)
    """A reply that says no. Its text is not kept: it may quote the row, or a part of the key."""
    wait = retry_after(headers)
    told = f"status {status}"
    if status in (401, 403):
        return Outcome(None, "key_rejected", f"{told}: the endpoint does not accept the key")
    if wait is not None and wait > LONGEST_WAIT:
        reason: Reason = "rate_limited" if status == 429 else "endpoint_failed"
        return Outcome(None, reason, f"{told}, to come back in {wait:.0f} s")
    if status == 429:
        return Outcome(None, "rate_limited", told, wait, again=True, is_limit=True)
    if status >= 500 or status in AGAIN:
        busy = status == 503
        return Outcome(None, "endpoint_failed", told, wait, again=True, is_limit=busy)
    hint = ": no such model, or no such path" if status == 404 else ""
    return Outcome(None, "call_rejected", told + hint)


def usage(body: dict[str, Any]) -> tuple[int, int]:
    """Tokens in and out that an answer says it took; zeros where it says nothing."""
    counts = body.get("usage")
    if not isinstance(counts, dict):
        return 0, 0
    taken = counts.get("prompt_tokens", counts.get("input_tokens")) or 0
    given = counts.get("completion_tokens", counts.get("output_tokens")) or 0
    return (int(taken), int(given)) if isinstance(taken, int) and isinstance(given, int) else (0, 0)
