"""One use of a door: calls are drawn, found in memory or sent, and answers come back."""

from collections.abc import Iterable, Iterator
from queue import SimpleQueue

from tasks.llm.call import Answer, Call, Reason
from tasks.llm.exchange import Exchange
from tasks.llm.memory import Memory, Remembered
from tasks.llm.params import LlmParams
from tasks.llm.tokens import OVERHEAD, characters, per_token
from tasks.llm.trips import Flight, Mailbox

AHEAD = 2  # calls drawn for each that may be in flight
BATCH = 50_000  # calls drawn for a batch; OpenAI takes no more in one file

Found = tuple[int, Answer | Remembered]


class Asking:
    """The calls of one asker."""

    def __init__(self, params: LlmParams, memory: Memory, exchange: Exchange) -> None:
        self.memory, self.exchange = memory, exchange
        self.back: Mailbox = SimpleQueue()
        self.flying = 0
        self.batch: list[Flight] = []  # budget set aside, not handed in yet
        self.is_batch = params.mode == "batch"
        self.room = BATCH if self.is_batch else AHEAD * params.concurrency
        self.ratio = per_token(memory.totals(exchange.identity))

    def answers(self, calls: Iterable[Call]) -> Iterator[Found]:
        """What came of every call, with its place among `calls`, as it comes."""
        for place, call in enumerate(calls):
            key = call.key(self.exchange.identity)
            known = self.memory.recall(key)
            if known is not None:
                yield place, known
            else:
                yield from self._enter(place, call, key)
            while self.flying + len(self.batch) >= self.room:
                yield from self._arrived()
        while self.flying or self.batch:
            yield from self._arrived()

    def call_off(self) -> None:
        """End what has not come back."""
        waiting, self.batch = self.batch, []
        for flight in waiting:
            self.exchange.budget.release(flight.reserved)
        self.exchange.call_off(self.back)

    def _enter(self, place: int, call: Call, key: str) -> Iterator[Found]:
        """Send a call; where the budget is tight, once there is room for it.

        What yields is whatever had to arrive first.
        """
        size, budget = characters(call.body), self.exchange.budget
        tokens = budget.likely(size, int(size / self.ratio) + OVERHEAD)
        amount = budget.worth(tokens, call.tokens_out, self.is_batch)
        while not budget.reserve(amount):
            if not self.flying and not self.batch:
                yield place, Answer(None, "budget_reached", "the cap leaves no room for it")
                return
            yield from self._arrived()
        flight = Flight(place, call, key, size, amount, self.back)
        if self.is_batch:
            self.batch.append(flight)
        else:
            self._send(flight)

    def _send(self, flight: Flight) -> None:
        self.flying += 1
        try:
            self.exchange.send(flight)
        except Exception:
            self.exchange.budget.release(flight.reserved)  # there is no key, or no local model
            raise

    def _arrived(self) -> Iterator[Found]:
        """What comes next; if nothing is under way, what was collected goes in as a batch."""
        if self.flying:
            yield self._next()
        else:
            yield from self._hand_in()

    def _next(self) -> Found:
        flight, arrival = self.back.get()
        self.flying -= 1
        if isinstance(arrival, Exception):
            raise arrival
        return flight.place, arrival

    def _hand_in(self) -> Iterator[Found]:
        """Hand in what was collected; one call goes ahead, and if it fails so does no batch.

        It is none that an earlier run has handed in and paid.
        """
        noted = self.exchange.noted({flight.key for flight in self.batch})
        first = next((flight for flight in self.batch if flight.key not in noted), None)
        reason: Reason | None = None
        if first is not None:
            self.batch.remove(first)
            self._send(first)
            place, arrival = self._next()
            reason = arrival.reason if isinstance(arrival, Answer) else None
            yield place, arrival
        rest, self.batch = self.batch, []
        if rest and reason in (None, "call_rejected"):
            self.flying += len(rest)
            self.exchange.hand_in(rest)
        else:
            for flight in rest:
                self._send(flight)
