"""The door to one language model: remembers, limits, pays, and gives up in a way that is told.

Every call that goes in comes out as an answer or with exactly one reason. A call that was answered
in an earlier run is not made again, and needs neither key nor endpoint.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from threading import Lock
from time import monotonic
from types import TracebackType
from typing import Self

from tasks.base.progress import Progress, announce
from tasks.base.report import Cost
from tasks.llm.asking import Asking
from tasks.llm.budget import Amount, Budget, Purse
from tasks.llm.call import Answer, Call, Grade, Reason
from tasks.llm.endpoint import checked, identity
from tasks.llm.exchange import Exchange
from tasks.llm.memory import Memory, Remembered
from tasks.llm.params import LlmParams
from tasks.llm.prices import price_of

SELDOM = 0.25  # seconds between two words of progress


class Door:
    """Asks one model. Use it as a context manager, or close it. Threads may share it."""

    def __init__(
        self, params: LlmParams, store: str, stage: str = "", purse: Purse | None = None
    ) -> None:
        """Open the door; nothing is sent and nothing started yet.

        Args:
            params: Endpoint, model, limits and budget.
            store: Folder of the store, which holds the memory.
            stage: Name that progress is told under; none is told without.
            purse: What several doors share a budget by; without one the budget is this door's.

        Raises:
            UsageError: The endpoint is none or no address, no model is named, or money is capped
                without a price.
            StageError: The memory is damaged or cannot be written.
        """
        self.params, self.stage = checked(params), stage
        self.identity = identity(params)
        self.budget = Budget(params, price_of(params), purse)
        self.memory = Memory(store)
        self.exchange = Exchange(self.params, store, self.memory, self.budget)
        self.unanswered: Counter[Reason] = Counter()
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

    def ask(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """Answers as they arrive, each with the place of its call; one for every call.

        Calls are drawn as answers leave, so that memory stays constant however many there are (in
        batch mode a whole batch is drawn at once). If the iterator is closed early, what is in
        flight is called off.

        Args:
            calls: What is asked; progress is told of those that know how many they are.

        Raises:
            UsageError: There is no key, no local model, or no batch mode at the endpoint.
            StageError: An answer could not be written down.
        """
        asked = Asking(self.params, self.memory, self.exchange)
        total = len(calls) if isinstance(calls, Sized) else 0
        told = monotonic()
        try:
            for done, (place, arrival) in enumerate(asked.answers(calls), 1):
                answer = self._read(arrival)
                if self.stage and total and monotonic() - told > SELDOM:
                    told = monotonic()
                    announce(Progress(self.stage, min(done, total - 1), total, total))
                yield place, answer
        finally:
            asked.call_off()

    def _read(self, arrival: Answer | Remembered) -> Answer:
        """An arrival as an answer, counted."""
        with self._counting:
            if isinstance(arrival, Remembered):
                worth = self.budget.worth(arrival.tokens_in, arrival.tokens_out)
                self._worth = self._worth.plus(worth)
                arrival = Answer(arrival.body, recalled=True)
            self._recalled += arrival.recalled
            self._answers += arrival.body is not None
            if arrival.reason is not None:
                self.unanswered[arrival.reason] += 1
        return arrival

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
