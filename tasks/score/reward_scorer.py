"""The reward model that a run names, wherever it is."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

from tasks.base.errors import UsageError
from tasks.base.report import Cost
from tasks.llm.budget import Purse
from tasks.llm.call import Stream
from tasks.llm.door import Door
from tasks.llm.params import LlmParams
from tasks.score.reward_endpoint import EndpointScorer, Scored
from tasks.score.reward_local import LocalScorer
from tasks.score.reward_params import RewardParams
from tasks.score.reward_routes import Messages


class Scorer(Protocol):
    """A reward model."""

    @property
    def cost(self) -> Cost:
        """What was paid so far."""

    def score(
        self, conversations: Stream[Messages], samples: Sequence[Messages]
    ) -> Iterator[tuple[int, Scored]]:
        """Reward of every conversation, with its place, as they come."""


@contextmanager
def open_scorer(params: RewardParams, llm: LlmParams, store: str) -> Iterator[Scorer | None]:
    """The reward model that `params` name, and of its endpoint what `llm` says; None without one.

    Raises:
        UsageError: It has no endpoint, or is not on this machine.
    """
    if not params.model:
        yield None
        return
    if params.route == "local":
        yield LocalScorer(params.model, store, params.label)
        return
    purse = Purse()
    with ExitStack() as stack:
        doors = [
            stack.enter_context(Door(one, store, "score.reward", purse))
            for one in addresses(params, llm)
        ]
        yield EndpointScorer(doors, params.route, params.label)


def addresses(params: RewardParams, llm: LlmParams) -> list[LlmParams]:
    """The model by each address under which its routes may lie."""
    where = llm.for_use(params)
    if where.endpoint == "none":
        raise UsageError(
            f"score.reward.model {params.model!r} has no endpoint: set score.reward.endpoint (or "
            "llm.endpoint), or score.reward.route=local for a folder on this machine"
        )
    revision = " ".join(filter(None, (llm.revision, params.revision)))
    given = where.model_copy(update={"mode": "online", "revision": revision})
    # vLLM has these routes beside /v1, not below it
    above = where.endpoint.rstrip("/").removesuffix("/v1")
    bases = dict.fromkeys([where.endpoint.rstrip("/"), above])
    return [given.model_copy(update={"endpoint": base}) for base in bases]
