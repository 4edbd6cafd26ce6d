"""One endpoint: sends a call, tries again where that may help, and says why where it does not."""

import asyncio
from typing import TYPE_CHECKING, Any

import orjson

from tasks.llm.call import Answer, Call
from tasks.llm.dialect import dialect_of
from tasks.llm.limits import Pace
from tasks.llm.replies import Outcome, accepted, refused, usage

if TYPE_CHECKING:
    from openai import AsyncOpenAI


class Client:
    """Asks one model at one endpoint. Lives in one event loop."""

    def __init__(self, client: "AsyncOpenAI", model: str, pace: Pace, attempts: int) -> None:
        self.client, self.model = client, model
        self.dialect = dialect_of(str(client.base_url), model)
        self.pace, self.attempts = pace, attempts
        self.sent = 0  # calls sent, every attempt counted
        self.rejected: int | None = 0  # calls, before the first that was not; None after that
        self.last = Outcome(None)  # of all calls, the latest that failed

    async def ask(self, call: Call, tokens: int, timeout: float) -> Answer:
        """Send `call` until it is answered or given up.

        Args:
            call: What is asked.
            tokens: Estimate of what it takes in and out, for the rate.
            timeout: Seconds that one attempt may take.
        """
        body = {"model": self.model, **call.body}
        last, paid = self.last, 0
        for attempt in range(self.attempts):
            if not await self.pace.enter(tokens):
                return self._hopeless()._replace(wasted=paid)
            last = await self._attempt(call.path, body, tokens, timeout)
            paid += last.is_paid
            if last.body is not None:
                return Answer(last.body, None, "", False, *usage(last.body), wasted=paid)
            if not last.again:
                break
            if attempt + 1 < self.attempts and not last.wait:
                await self.pace.sleep(self.pace.backoff(attempt))
        return Answer(None, last.reason, last.detail, wasted=paid)

    def _hopeless(self) -> Answer:
        """What a call that is not sent any more has to say."""
        last = self.last
        told = last.detail if last.for_all else f"the endpoint was given up; last: {last.detail}"
        return Answer(None, last.reason, told)

    async def _attempt(
        self, path: str, body: dict[str, Any], tokens: int, timeout: float
    ) -> Outcome:
        try:
            async with asyncio.timeout(timeout):
                outcome = await self._send(path, body, tokens)
        except TimeoutError:
            told = f"no answer within {timeout:g} s"
            outcome = Outcome(
                None, "endpoint_failed", told, again=True, is_limit=True, is_paid=True,
                reached=False,
            )  # fmt: skip
        except BaseException:
            self.pace.leave(estimated=tokens, used=0)
            raise
        if outcome.body is None:
            self._left(outcome, tokens)
        else:  # its turn ends when it is written down, which is about to be done
            asyncio.get_running_loop().call_soon(self._left, outcome, tokens)
        return outcome

    def _left(self, outcome: Outcome, tokens: int) -> None:
        """An attempt is over."""
        used = 0 if outcome.body is None else sum(usage(outcome.body))
        self.pace.leave(estimated=tokens, used=used)
        self._learn(outcome)

    def _learn(self, outcome: Outcome) -> None:
        """What one attempt says about the endpoint."""
        if outcome.reason == "call_rejected":
            outcome = self._too_many(outcome)
        elif not outcome.again:
            self.rejected = None
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

    def _too_many(self, outcome: Outcome) -> Outcome:
        """A rejected call; many of them and no other make it the endpoint that is wrong."""
        if self.rejected is None:
            return outcome
        self.rejected += 1
        if self.rejected < 20 + 3 * self.pace.most:  # so many may be on their way in one form
            return outcome
        told = f"it rejected each of the first {self.rejected} calls; last: {outcome.detail}"
        return Outcome(None, "endpoint_failed", told, for_all=True)

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
            return refused(error.status_code, error.response.headers, error.body, path)
        except (APIConnectionError, httpx2.HTTPError) as error:
            kind = type(error.__cause__ or error).__name__
            told, reached = f"connection failed: {kind}", not kind.startswith("Connect")
            return Outcome(
                None, "endpoint_failed", told, again=True, is_paid=reached, reached=reached
            )
        self.pace.heed(reply.headers, tokens)
        return accepted(reply.content, path)
