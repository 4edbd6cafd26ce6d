"""What a run would ask of a model, and pay, without asking."""

from collections.abc import Iterable, Iterator

from tasks.llm.call import Answer, Call, Grade
from tasks.llm.endpoint import checked, identity
from tasks.llm.memory import Memory
from tasks.llm.params import LlmParams
from tasks.llm.prices import Price, price_of
from tasks.llm.tokens import Estimate, counter


class Pricer:
    """Stands in for a door: counts what it is asked, and answers only what is remembered.

    Hand it to whatever would ask a door; what it comes to is in `estimate`.
    """

    def __init__(self, params: LlmParams, store: str) -> None:
        """Price calls to the model that `params` name.

        Raises:
            UsageError: They name none.
        """
        checked(params)
        self.grade: Grade = "demo" if params.endpoint == "local" else "real"
        self.identity = identity(params)
        self.memory = Memory(store, make=False)
        self.price: Price | None = price_of(params)
        self._count, self.how = counter(self.memory.totals(self.identity))
        self.estimate = Estimate(how=self.how)

    def ask(self, calls: Iterable[Call]) -> Iterator[tuple[int, Answer]]:
        """Remembered answers, and no others."""
        for place, call in enumerate(calls):
            known = self.memory.recall(call.key(self.identity))
            if known is not None:
                self.estimate = self.estimate._replace(recalled=self.estimate.recalled + 1)
                yield place, Answer(known.body, recalled=True)
                continue
            self._add(1, self._count(call.body), call.tokens_out)
            yield place, Answer(None, "budget_reached", "only priced")

    def _add(self, calls: int, tokens_in: int, tokens_out: int) -> None:
        now = self.estimate
        self.estimate = now._replace(
            calls=now.calls + calls,
            tokens_in=now.tokens_in + tokens_in,
            tokens_out=now.tokens_out + tokens_out,
        )

    @property
    def money(self) -> float | None:
        """What that costs at most; None where the model has no price."""
        if self.price is None:
            return None
        return self.price.of(self.estimate.tokens_in, self.estimate.tokens_out)
