"""Sends calls from an event loop in a thread of its own, and writes down what is answered.

What is asked from several threads, or again while answers are still read, goes through one loop:
one pace for all, and a question that is under way is not sent a second time.
"""

import asyncio
from collections.abc import Sequence
from threading import Lock, Thread

from tasks.llm.budget import Amount, Budget
from tasks.llm.call import Answer
from tasks.llm.client import Client
from tasks.llm.endpoint import address, identity
from tasks.llm.limits import Pace
from tasks.llm.memory import Memory, Remembered
from tasks.llm.params import LlmParams
from tasks.llm.replies import usage
from tasks.llm.sdk import sdk
from tasks.llm.trips import Arrival, Flight, Mailbox, Trips


class Exchange:
    """Everything between an asker and an endpoint; it starts with the first call."""

    def __init__(self, params: LlmParams, store: str, memory: Memory, budget: Budget) -> None:
        self.params, self.store = params, store
        self.memory, self.budget = memory, budget
        self.identity = identity(params)
        self.batched = 0
        self._client: Client | None = None
        self._start = Lock()
        self._trips = Trips(budget)
        self._fresh: list[tuple[Flight, Answer | Exception]] = []

    @property
    def sent(self) -> int:
        """Calls sent, every attempt counted."""
        return (self._client.sent if self._client else 0) + self.batched

    def send(self, flight: Flight) -> None:
        """Ask online; what comes of it goes into the flight's mailbox."""
        self._started()
        self._loop.call_soon_threadsafe(self._begin, flight)

    def hand_in(self, flights: Sequence[Flight]) -> None:
        """Ask as a batch; what that leaves without an answer is asked online."""
        self._started()
        self._loop.call_soon_threadsafe(self._begin_batch, flights)

    def noted(self, keys: set[str]) -> set[str]:
        """Those of `keys` that an earlier run has handed in as a batch, and that are open."""
        from tasks.llm.batch import noted

        return noted(self._started().client, self.store, keys)

    def call_off(self, back: Mailbox) -> None:
        """End what is under way for one asker; what nobody waits for any more is not awaited."""
        if self._client is not None and not self._loop.is_closed():
            asyncio.run_coroutine_threadsafe(self._end(back), self._loop).result()

    def close(self) -> None:
        """End everything under way, and the loop."""
        if self._client is None or self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._end(None), self._loop).result()
        asyncio.run_coroutine_threadsafe(self._client.client.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _started(self) -> Client:
        with self._start:
            if self._client is None:
                given, where = self.params, address(self.params)
                pace = Pace(given.concurrency, given.requests_per_minute, given.tokens_per_minute)
                client = sdk(where, given.timeout)
                self._client = Client(client, where.model, pace, given.attempts)
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="llm-door", daemon=True)
                self._thread.start()
            return self._client

    # From here on everything runs in the loop. An exception goes to the asker, who raises it.

    def _begin(self, flight: Flight) -> None:
        if not self._is_answered(flight):
            self._trips.begin(flight, asyncio.ensure_future(self._ask(flight)))

    def _is_answered(self, flight: Flight) -> bool:
        """Whether a flight need not start: its question is under way, or was answered just now."""
        if self._trips.join(flight):
            return True
        try:
            known: Arrival | None = self.memory.recall(flight.key)
        except Exception as error:
            known = error
        if known is not None:
            self._trips.land(flight, known, Amount())
        return known is not None

    async def _ask(self, flight: Flight) -> None:
        tokens = flight.reserved.tokens_in + flight.reserved.tokens_out
        try:
            answer: Answer | Exception = await self._started().ask(
                flight.call, tokens, self.params.timeout
            )
        except Exception as error:
            answer = error
        if not self._fresh:  # all that arrive in one turn of the loop are written together
            asyncio.get_running_loop().call_soon(self._write)
        self._fresh.append((flight, answer))

    def _write(self) -> None:
        """An answer is on disk before anybody sees it."""
        fresh, self._fresh = self._fresh, []
        counted = [(o, _counted(o, a) if isinstance(a, Answer) else a) for o, a in fresh]
        failed = self._keep([(o, a) for o, a in counted if isinstance(a, Answer)])
        for flight, answer in counted:
            self._trips.arrive(flight.key, failed or answer)

    def _keep(self, answers: Sequence[tuple[Flight, Answer]]) -> Exception | None:
        kept = [
            (one.key, one.size, Remembered(a.body, a.tokens_in, a.tokens_out))
            for one, a in answers
            if a.body is not None
        ]
        try:
            if kept:
                self.memory.remember(self.identity, kept)
            for _, size, one in kept:
                self.budget.learn(size, one.tokens_in)
        except Exception as error:
            return error
        return None

    async def _end(self, back: Mailbox | None) -> None:
        """Call off the flights of one asker, or all."""
        self._write()  # what has arrived has been paid
        ended = self._trips.call_off(back)
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)

    def _begin_batch(self, flights: Sequence[Flight]) -> None:
        todo: dict[str, Flight] = {}
        again = []
        for flight in flights:
            if flight.key in todo:
                again.append(flight)
            elif not self._is_answered(flight):
                todo[flight.key] = flight
        task = asyncio.ensure_future(self._batch(todo))
        for flight in todo.values():
            self._trips.begin(flight, task)
        for flight in again:
            self._trips.join(flight)

    async def _batch(self, todo: dict[str, Flight]) -> None:
        from tasks.llm.batch import answered

        client = self._started()
        calls = [(key, flight.call) for key, flight in todo.items()]
        try:
            async for key, body in answered(client.client, calls, client.model, self.store):
                self._arrive_batched(key, body, todo.pop(key, None))
        except Exception as error:
            for key in todo:
                self._trips.arrive(key, error)
            return
        for key in todo:
            for flight in self._trips.take(key):
                self._go_online(flight)

    def _arrive_batched(self, key: str, body: dict[str, object], asked: Flight | None) -> None:
        """Keep one answer of a batch; an earlier batch may hold some that nobody asked for now."""
        answer = Answer(body, None, "", False, *usage(body))
        answer = _counted(asked, answer) if asked else answer
        kept = Remembered(body, answer.tokens_in, answer.tokens_out)
        self.memory.remember(self.identity, [(key, asked.size if asked else 0, kept)])
        if asked is not None:
            self.batched += 1
            self._trips.arrive(key, answer, batched=True)

    def _go_online(self, flight: Flight) -> None:
        """Ask online what a batch left open, at the full price."""
        full = self.budget.worth(flight.reserved.tokens_in, flight.reserved.tokens_out)
        self.budget.release(flight.reserved)
        if self.budget.reserve(full):
            self._begin(flight._replace(reserved=full))
        else:
            told = "the cap leaves no room to ask it online"
            flight.back.put((flight, Answer(None, "budget_reached", told)))


def _counted(flight: Flight, answer: Answer) -> Answer:
    """`answer` with the tokens set aside for it, where the endpoint does not count."""
    if answer.body is None or answer.tokens_in + answer.tokens_out:
        return answer
    taken = flight.reserved
    return answer._replace(tokens_in=taken.tokens_in, tokens_out=taken.tokens_out)
