"""Sends calls from an event loop in a thread of its own, and writes down what is answered.

What is asked from several threads, or again while answers are still read, goes through one loop:
one pace for all, and a question that is under way is not sent a second time.
"""

import asyncio
from collections.abc import Sequence
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, NamedTuple

from tasks.llm.budget import Amount, Budget
from tasks.llm.call import Answer, Call
from tasks.llm.client import Client, usage
from tasks.llm.endpoint import address, identity
from tasks.llm.limits import Pace
from tasks.llm.memory import Memory, Remembered
from tasks.llm.params import LlmParams

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT = 10.0  # seconds until somebody must be there
Arrival = Answer | Remembered | Exception
Mailbox = SimpleQueue[tuple["Flight", Arrival]]


class Flight(NamedTuple):
    """A call under way."""

    place: int  # among the calls of its asker
    call: Call
    key: str
    size: int  # characters of the question
    reserved: Amount
    back: Mailbox  # of its asker


class _Trip(NamedTuple):
    """One call on the wire, and all who wait for it; the first is the one who pays."""

    flights: list[Flight]
    task: asyncio.Task[None]


class Exchange:
    """Everything between an asker and an endpoint; it starts with the first call."""

    def __init__(self, params: LlmParams, store: str, memory: Memory, budget: Budget) -> None:
        self.params, self.store = params, store
        self.memory, self.budget = memory, budget
        self.identity = identity(params)
        self.batched = 0
        self._client: Client | None = None
        self._start = Lock()
        self._trips: dict[str, _Trip] = {}
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

    def call_off(self, back: Mailbox) -> None:
        """End what is under way for one asker; what nobody waits for any more is not awaited."""
        if self._client is not None:
            asyncio.run_coroutine_threadsafe(self._end(back), self._loop).result()

    def close(self) -> None:
        """End everything under way, and the loop."""
        if self._client is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(None), self._loop).result()
        asyncio.run_coroutine_threadsafe(self._client.client.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._client = None

    def _started(self) -> Client:
        with self._start:
            if self._client is None:
                given = self.params
                where = address(given)
                sdk = _sdk(where.base_url, where.key, given.timeout)
                rates = given.requests_per_minute, given.tokens_per_minute
                self._client = Client(
                    sdk, where.model, Pace(given.concurrency, *rates), given.attempts
                )
                self._loop = asyncio.new_event_loop()
                self._thread = Thread(target=self._loop.run_forever, name="llm-door", daemon=True)
                self._thread.start()
            return self._client

    # From here on everything runs in the loop.

    def _begin(self, flight: Flight) -> None:
        if self._is_answered(flight):
            return
        task = asyncio.ensure_future(self._ask(flight))
        self._trips[flight.key] = _Trip([flight], task)

    def _is_answered(self, flight: Flight) -> bool:
        """Whether a flight need not start: its question is under way, or was answered just now."""
        trip = self._trips.get(flight.key)
        if trip is not None:
            trip.flights.append(flight)
            return True
        try:
            known: Arrival | None = self.memory.recall(flight.key)
        except Exception as error:  # goes on to the asker, who raises it
            known = error
        if known is not None:
            self._land(flight, known, Amount())
        return known is not None

    async def _ask(self, flight: Flight) -> None:
        client, expected = self._started(), flight.reserved
        try:
            tokens = expected.tokens_in + expected.tokens_out
            answer: Answer | Exception = await client.ask(flight.call, tokens, self.params.timeout)
        except Exception as error:  # goes on to the asker, who raises it
            answer = error
        if not self._fresh:  # all that arrive in one turn of the loop are written together
            asyncio.get_running_loop().call_soon(self._write)
        self._fresh.append((flight, answer))

    def _write(self) -> None:
        """An answer is on disk before anybody sees it."""
        fresh, self._fresh = self._fresh, []
        arrived = [(one, _counted(one, a) if isinstance(a, Answer) else a) for one, a in fresh]
        failed = self._remember([(o, a) for o, a in arrived if isinstance(a, Answer) and a.body])
        for flight, answer in arrived:
            self._arrive(flight.key, failed or answer)

    def _remember(self, answers: Sequence[tuple[Flight, Answer]]) -> Exception | None:
        try:
            if answers:
                self.memory.remember(
                    self.identity,
                    [(o.key, o.size, Remembered(a.body or {}, a.tokens_in, a.tokens_out))
                     for o, a in answers],
                )  # fmt: skip
        except Exception as error:  # goes on to the askers, who raise it
            return error
        return None

    def _arrive(self, key: str, answer: Answer | Exception, batched: bool = False) -> None:
        """Hand an answer to all who wait for it. It is paid once; the others recall it."""
        trip = self._trips.pop(key, None)
        if trip is None:
            return
        for nth, flight in enumerate(trip.flights):
            if isinstance(answer, Answer) and answer.body is not None and nth:
                again = answer._replace(recalled=True, tokens_in=0, tokens_out=0)
                self._land(flight, again, Amount())
            elif isinstance(answer, Answer):
                counts = answer.tokens_in, answer.tokens_out
                self._land(flight, answer, self.budget.worth(*counts, batched))
            else:
                self._land(flight, answer, Amount())

    def _land(self, flight: Flight, what: Arrival, used: Amount) -> None:
        self.budget.settle(flight.reserved, used)
        flight.back.put((flight, what))

    async def _end(self, back: Mailbox | None) -> None:
        """Call off the flights of one asker, or all."""
        self._write()  # what has arrived has been paid
        ended = set()
        for key, trip in list(self._trips.items()):
            for flight in trip.flights:
                if back is None or flight.back is back:
                    self.budget.settle(flight.reserved, Amount())
            trip.flights[:] = [f for f in trip.flights if back is not None and f.back is not back]
            if not trip.flights:
                ended.add(self._trips.pop(key).task)
        ended -= {trip.task for trip in self._trips.values()}  # a batch that others wait for
        for task in ended:
            task.cancel()
        await asyncio.gather(*ended, return_exceptions=True)
        self._write()  # what arrived before it could be called off

    def _begin_batch(self, flights: Sequence[Flight]) -> None:
        todo: dict[str, Flight] = {}
        for flight in flights:
            if flight.key in todo or not self._is_answered(flight):
                todo.setdefault(flight.key, flight)
        task = asyncio.ensure_future(self._batch(todo))
        for flight in flights:
            if flight.key in todo:
                self._trips.setdefault(flight.key, _Trip([], task)).flights.append(flight)

    async def _batch(self, todo: dict[str, Flight]) -> None:
        from tasks.llm.batch import answered

        client = self._started()
        calls = [(key, flight.call) for key, flight in todo.items()]
        try:
            async for key, body in answered(client.client, calls, client.model, self.store):
                self._arrive_batched(key, body, todo.pop(key, None))
        except Exception as error:  # goes on to the askers, who raise it
            for key in todo:
                self._arrive(key, error)
            return
        for key in todo:
            self._go_online(self._trips.pop(key).flights)

    def _arrive_batched(self, key: str, body: dict[str, object], asked: Flight | None) -> None:
        """Keep one answer of a batch; an earlier batch may hold some that nobody asked for now."""
        answer = Answer(body, None, "", False, *usage(body))
        kept = Remembered(body, answer.tokens_in, answer.tokens_out)
        self.memory.remember(self.identity, [(key, asked.size if asked else 0, kept)])
        if asked is not None:
            self.batched += 1
            self._arrive(key, answer, batched=True)

    def _go_online(self, flights: Sequence[Flight]) -> None:
        """Ask online what a batch left open, at the full price."""
        for flight in flights:
            full = self.budget.worth(flight.reserved.tokens_in, flight.reserved.tokens_out)
            self.budget.settle(flight.reserved, Amount())
            if self.budget.reserve(full):
                self._begin(flight._replace(reserved=full))
            else:
                told = "the cap leaves no room to ask it online"
                flight.back.put((flight, Answer(None, "budget_reached", told)))


def _counted(flight: Flight, answer: Answer) -> Answer:
    """`answer` with the estimated tokens, where the endpoint does not count."""
    if answer.body is None or answer.tokens_in + answer.tokens_out:
        return answer
    return answer._replace(tokens_in=flight.reserved.tokens_in)


def _sdk(base_url: str, key: str, timeout: float) -> "AsyncOpenAI":
    import httpx2
    from openai import AsyncOpenAI

    from tasks.llm.lanes import transport

    # the client times each call itself, as a whole; this is for what else the SDK asks
    patience = httpx2.Timeout(2 * timeout + CONNECT, connect=min(CONNECT, timeout))
    http = httpx2.AsyncClient(transport=transport(base_url), timeout=patience)
    # one loop of retries: ours, which counts every attempt and keeps to the limits
    return AsyncOpenAI(
        base_url=base_url, api_key=key, max_retries=0, http_client=http, timeout=patience
    )
