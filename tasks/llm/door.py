"""The door to one language model: remembers, limits, pays, and gives up in a way that is told.

Every call that goes in comes out as an answer or with exactly one reason. A call that was answered
in an earlier run is not made again, and needs neither key nor endpoint.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from queue import SimpleQueue
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self

from tasks.base.progress import Progress, announce
from tasks.base.report import Cost
from tasks.llm.budget import Amount, Budget
from tasks.llm.call import Answer, Call, Grade, Reason
from tasks.llm.endpoint import checked, identity
from tasks.llm.exchange import Arrival, Exchange, Flight, Mailbox
from tasks.llm.memory import Memory, Remembered
from tasks.llm.params import LlmParams
from tasks.llm.prices import price_of
from tasks.llm.tokens import OVERHEAD, characters, per_token

AHEAD = 2  # calls drawn for each that may be in flight
BATCH = 50_000  # calls drawn for a batch; OpenAI takes no more in one file
SELDOM = 0.25  # seconds between two words of progress


class Door:
    """Asks one model. Use it as a context manager, or close it. Threads may share it."""

    def __init__(self, params: LlmParams, store: str, stage: str = "") -> None:
        """Open the door; nothing is sent and nothing started yet.

        Args:
            params: Endpoint, model, limits and budget.
            store: Folder of the store, which holds the memory.
            stage: Name that progress is told under; none is told without.

        Raises:
            UsageError: The endpoint is none or no address, no model is named, or money is capped
                without a price.
            StageError: The memory is damaged or cannot be written.
        """
        self.params, self.stage = checked(params), stage
        self.identity = identity(params)
        self.budget = Budget(params, price_of(params))
        self.memory = Memory(store)
        self.exchange = Exchange(params, store, self.memory, self.budget)
        self.unanswered: Counter[Reason] = Counter()
        self._ratio = per_token(self.memory.totals(self.identity))
        self._recalled = self._answers = 0
        self._worth = Amount()  # of what was recalled
        self._counting = Lock()

    @property
    def grade(self) -> Grade:
        """Scores of the local model decide nothing unless they are forced to."""
        return "demo" if self.params.endpoint == "local" else "real"

    @property
    def cost(self) -> Cost:
        """What was paid through this door so far."""
        paid = self.budget.spent
        all_of_it = paid.plus(self._worth)
        return Cost(
            calls=self.exchange.sent, recalled=self._recalled, batched=self.exchange.batched,
            tokens_in=paid.tokens_in, tokens_out=paid.tokens_out, money=paid.money,
            answers=self._answers, answer_tokens=all_of_it.tokens_in + all_of_it.tokens_out,
            answer_money=all_of_it.money,
        )  # fmt: skip

    def ask_all(self, calls: Sequence[Call]) -> list[Answer]:
        """Answers in the order of the calls."""
        found = dict(self.ask(calls))
        return [found[place] for place in range(len(calls))]

    def ask(self, calls: Iterable[Call], total: int = 0) -> Iterator[tuple[int, Answer]]:
        """Answers as they arrive, each with the place of its call; one for every call.

        Calls are drawn as answers leave, so that memory stays constant however many there are (in
        batch mode `BATCH` of them are drawn at once). If the iterator is closed early, what is in
        flight is called off.

        Args:
            calls: What is asked.
            total: How many they are, for the progress, where `calls` does not know.

        Raises:
            UsageError: There is no key, no local model, or no batch mode at the endpoint.
            StageError: An answer could not be written down.
        """
        back: Mailbox = SimpleQueue()
        total = total or (len(calls) if isinstance(calls, Sequence) else 0)
        told = monotonic()
        try:
            for done, (place, answer) in enumerate(_Round(self, back).answers(calls), 1):
                self._count(answer)
                if self.stage and total and monotonic() - told > SELDOM:
                    told = monotonic()
                    announce(Progress(self.stage, min(done, total - 1), total, total))
                yield place, answer
        finally:
            self.exchange.call_off(back)

    def flight(self, place: int, call: Call, key: str, back: Mailbox) -> Flight | None:
        """A call with its budget set aside; None if there is not enough left."""
        size = characters(call.body)
        tokens = int(size / self._ratio) + OVERHEAD
        amount = self.budget.worth(tokens, call.tokens_out, self.params.mode == "batch")
        if not self.budget.reserve(amount):
            return None
        return Flight(place, call, key, size, amount, back)

    def recalled(self, known: Remembered) -> Answer:
        """What is remembered, as an answer that cost nothing now."""
        with self._counting:
            self._worth = self._worth.plus(self.budget.worth(known.tokens_in, known.tokens_out))
        return Answer(known.body, recalled=True)

    def _count(self, answer: Answer) -> None:
        with self._counting:
            self._recalled += answer.recalled
            self._answers += answer.body is not None
            if answer.reason is not None:
                self.unanswered[answer.reason] += 1

    def close(self) -> None:
        """End what is in flight, and let go of the memory."""
        self.exchange.close()
        self.memory.close()

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


class _Round:
    """One use of `ask`."""

    def __init__(self, door: Door, back: Mailbox) -> None:
        self.door, self.back = door, back
        self.flying = 0
        self.batch: list[Flight] = []  # not handed in yet
        self.is_batch = door.params.mode == "batch"
        self.room = BATCH if self.is_batch else AHEAD * door.params.concurrency

    def answers(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """One answer for every call."""
        for place, call in enumerate(calls):
            key = call.key(self.door.identity)
            known = self.door.memory.recall(key)
            if known is not None:
                yield place, self.door.recalled(known)
            else:
                yield from self._enter(place, call, key)
            while self.flying + len(self.batch) >= self.room:
                yield from self._arrived()
        while self.flying or self.batch:
            yield from self._arrived()

    def _enter(self, place: int, call: Call, key: str) -> Iterator[tuple[int, Answer]]:
        """Send a call; where the budget is tight, once there is room for it.

        What yields is whatever had to arrive first.
        """
        while (flight := self.door.flight(place, call, key, self.back)) is None:
            if not self.flying and not self.batch:
                yield place, Answer(None, "budget_reached", "the cap leaves no room for it")
                return
            yield from self._arrived()
        if self.is_batch:
            self.batch.append(flight)
        else:
            self._send(flight)

    def _send(self, flight: Flight) -> None:
        self.flying += 1
        self.door.exchange.send(flight)

    def _arrived(self) -> Iterator[tuple[int, Answer]]:
        """Wait for one answer; if nothing was sent yet, send what waits for its batch."""
        if self.batch and not self.flying:
            yield from self._hand_in()
            return
        flight, arrival = self.back.get()
        self.flying -= 1
        yield flight.place, self._read(arrival)

    def _hand_in(self) -> Iterator[tuple[int, Answer]]:
        """Hand in what was collected; one call goes ahead, and if it fails so does no batch."""
        (first, *rest), self.batch = self.batch, []
        self._send(first)
        _, arrival = self.back.get()
        self.flying -= 1
        answer = self._read(arrival)
        yield first.place, answer
        if rest and answer.reason in (None, "call_rejected"):
            self.flying += len(rest)
            self.door.exchange.hand_in(rest)
        else:
            for flight in rest:
                self._send(flight)

    def _read(self, arrival: Arrival) -> Answer:
        if isinstance(arrival, Exception):
            raise arrival
        return self.door.recalled(arrival) if isinstance(arrival, Remembered) else arrival
