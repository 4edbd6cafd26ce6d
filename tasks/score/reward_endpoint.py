"""A reward model behind an endpoint."""

import logging
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from tasks.base.errors import UsageError
from tasks.base.report import Cost
from tasks.llm.call import PASSING, Answer, Model, Stream
from tasks.score.reward_routes import ROUTES, Messages, Route

logger = logging.getLogger(__name__)


class Paid(Model, Protocol):
    """A model that says what it cost, as a door does."""

    @property
    def cost(self) -> Cost:
        """What was paid so far."""


class Scored(NamedTuple):
    """The reward of one conversation, or why it has none."""

    value: float | None
    reason: str | None = None


class EndpointScorer:
    """Scores conversations at the first route that answers."""

    def __init__(self, models: Sequence[Paid], route: str, label: int) -> None:
        """Nothing is sent yet.

        Args:
            models: The same model by each address under which its routes may lie.
            route: Name of the route; auto for the first that answers.
            label: Which class is the reward.
        """
        self.models, self.label = models, label
        self.routes = [one for one in ROUTES if route in ("auto", one.name)]

    @property
    def cost(self) -> Cost:
        """What was paid so far."""
        return sum((model.cost for model in self.models), Cost())

    def score(
        self, conversations: Stream[Messages], samples: Sequence[Messages]
    ) -> Iterator[tuple[int, Scored]]:
        """Reward of every conversation, with its place, as they come.

        Args:
            conversations: What is scored.
            samples: A few of them, with which the route is found.

        Raises:
            UsageError: No route takes any of the samples.
        """
        found = self._find(samples)
        if isinstance(found, Scored):
            yield from ((place, found) for place, _ in enumerate(conversations))
            return
        model, route = found
        calls = (route.call(messages) for messages in conversations)
        for place, answer in model.ask(Stream(calls, len(conversations))):
            yield place, self._scored(route, answer)

    def _scored(self, route: Route, answer: Answer) -> Scored:
        if answer.body is None:
            return Scored(None, answer.reason)
        value = route.reward(answer.body, self.label)
        return Scored(value, "unparsable" if value is None else None)

    def _find(self, samples: Sequence[Messages]) -> tuple[Model, Route] | Scored:
        """The model and route that answer; or what keeps all of them from it for now.

        A route that answers in another form than it should is the last resort: the other samples
        may be the odd ones.
        """
        odd: tuple[Model, Route] | None = None
        said: list[str] = []
        for route in self.routes:
            for model in self.models:
                for answer in _each(model, route, samples):
                    scored = self._scored(route, answer)
                    if scored.value is not None:
                        logger.info("rewards come from %s", route.path)
                        return model, route
                    if scored.reason in PASSING:
                        return scored
                    if scored.reason == "unparsable":
                        odd = odd or (model, route)
                    said.append(f"{route.path}: {answer.detail or scored.reason}")
        if odd is None and samples:
            raise UsageError(
                f"model {self.models[0].identity!r} scores nothing: "
                + "; ".join(dict.fromkeys(said))
                + ". Name in score.reward the endpoint of a reward model or classifier, its model "
                "and, if it is not found by itself, the route"
            )
        return odd or (self.models[0], self.routes[0])


def _each(model: Model, route: Route, samples: Sequence[Messages]) -> Iterator[Answer]:
    """Answers one after the other, so that nothing is sent beyond the first that will do."""
    for messages in samples:
        for _, answer in model.ask([route.call(messages)]):
            yield answer
