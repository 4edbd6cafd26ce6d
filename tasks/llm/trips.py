"""Calls under way: who waits for which, who pays, and who is told what came of it."""

import asyncio
from queue import SimpleQueue
from typing import NamedTuple

from tasks.llm.budget import Amount, Budget
from tasks.llm.call import Answer, Call
from tasks.llm.memory import Remembered

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
    """One question on the wire, and all who wait for it; the first is the one who pays."""

    flights: list[Flight]
    task: asyncio.Task[None]


class Trips:
    """All that is under way to one endpoint. Lives in one event loop."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._by_key: dict[str, _Trip] = {}

    def join(self, flight: Flight) -> bool:
        """Let a flight wait with those that ask the same; False if there are none."""
        trip = self._by_key.get(flight.key)
        if trip is not None:
            trip.flights.append(flight)
        return trip is not None

    def begin(self, flight: Flight, task: asyncio.Task[None]) -> None:
        """Note that `task` asks for a flight."""
        self._by_key[flight.key] = _Trip([flight], task)

    def take(self, key: str) -> list[Flight]:
        """All that wait for one answer; they are under way no more."""
        trip = self._by_key.pop(key, None)
        return trip.flights if trip is not None else []

    def arrive(self, key: str, answer: Answer | Exception, batched: bool = False) -> None:
        """Hand an answer to all who wait for it. It is paid once; the others recall it.

        What attempts without an answer took is not known, and set down at what was set aside.
        """
        for nth, flight in enumerate(self.take(key)):
            if isinstance(answer, Exception):
                self.land(flight, answer, Amount())
            elif nth:
                recalled = answer.body is not None
                again = answer._replace(recalled=recalled, tokens_in=0, tokens_out=0, wasted=0)
                self.land(flight, again, Amount())
            else:
                used = self.budget.worth(answer.tokens_in, answer.tokens_out, batched)
                for _ in range(answer.wasted):
                    used = used.plus(flight.reserved)
                self.land(flight, answer, used)

    def land(self, flight: Flight, what: Arrival, used: Amount) -> None:
        """A flight is over."""
        self.budget.settle(flight.reserved, used)
        flight.back.put((flight, what))

    def call_off(self, back: Mailbox | None) -> set[asyncio.Task[None]]:
        """End the flights of one asker, or all; returns tasks that nobody waits for any more."""
        ended = set()
        for key, trip in list(self._by_key.items()):
            off = [f for f in trip.flights if back is None or f.back is back]
            for flight in off:
                self.budget.release(flight.reserved)
            trip.flights[:] = [f for f in trip.flights if not (back is None or f.back is back)]
            if not trip.flights:
                ended.add(self._by_key.pop(key).task)
        return ended - {trip.task for trip in self._by_key.values()}  # a batch others wait for
