"""A small language model fine-tuned on this machine: an adapter on its last layers.

All layers but the last few are frozen, so what they make of a row is computed once, whatever set,
draw and size the row stands in (a tenth of the cost of training them all). The others get low-rank
adapters (LoRA, arXiv 2106.09685). One pass over the rows at a constant rate: the loss after n rows
is that of a set of n, and one training gives the whole curve.
"""

from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tasks.base.errors import UsageError
from tasks.llm import weights
from tasks.llm.likelihood import Likelihood, likelihood_model
from tasks.scale.corpus import Corpus
from tasks.scale.trainer import Held, Metric, Point, Subset
from tasks.scale.trainer_params import LoraParams

if TYPE_CHECKING:
    from tasks.scale.adapter import Adapter

NAME = "lora"
BATCH = 4  # rows of a step
PART = 0.6  # of a row's tokens that its answer may take
METRIC = Metric(
    "lora_loss", "small model, fine-tuned", "held-out answers, by SmolLM2-135M with an adapter",
    unit="nats per token", sees="what a pretrained model picks up: form first",
    blind="what only large models learn",
)  # fmt: skip


class Row(NamedTuple):
    """States of a row's tokens below the adapter, its tokens, and where its answer begins."""

    states: np.ndarray[Any, np.dtype[np.float16]]
    tokens: list[int]
    answer: int


class Lora:
    """Trains an adapter; the trunk's work is kept for the whole experiment."""

    name = NAME
    spent = 0.0
    is_dear = False  # nested sets cost what the largest one does
    metrics = (METRIC,)

    def __init__(self, params: LoraParams) -> None:
        """Nothing is loaded yet.

        Raises:
            UsageError: torch or the local model is not installed.
        """
        if find_spec("torch") is None:
            raise UsageError(
                "scale.lora needs torch: pip install torch (a build for processors will do), or "
                "leave scale.lora.enabled off"
            )
        if not weights.is_installed(weights.DEFAULT):
            raise UsageError(
                f"scale.lora needs the local model: finery models install {weights.DEFAULT}"
            )
        self.params = params
        decides = {"held_out", "layers", "rank", "rate", "max_tokens"}
        self.version = f"1 {weights.identity(weights.DEFAULT)} {params.model_dump(include=decides)}"
        self.known: dict[tuple[int, int], Row] = {}

    @cached_property
    def model(self) -> Likelihood:
        """The whole model, in single precision."""
        return likelihood_model(weights.DEFAULT)

    def train(self, corpus: Corpus, subset: Subset, held: Held, seed: int) -> Iterator[Point]:
        """Points for every size, from one pass."""
        from tasks.scale.adapter import Adapter

        adapter = Adapter(self.model.model, self.params.layers, self.params.rank,
                          self.params.rate, seed)  # fmt: skip
        asked = [self._row(corpus, int(at), int(at)) for at in held.rows[: self.params.held_out]]
        done = 0
        for size in subset.sizes:
            self._learn(adapter, corpus, subset, done, size)
            done = size
            yield Point(METRIC.name, size, adapter.loss(asked))

    def _learn(
        self, adapter: "Adapter", corpus: Corpus, subset: Subset, start: int, stop: int
    ) -> None:
        pairs = list(zip(subset.prompts[start:stop], subset.answers[start:stop], strict=True))
        for first in range(0, len(pairs), BATCH):
            adapter.step([self._row(corpus, int(p), int(a))
                          for p, a in pairs[first : first + BATCH]])  # fmt: skip

    def _row(self, corpus: Corpus, prompt: int, answer: int) -> Row:
        """The row below the adapter; of what is too long the prompt's head and answer's end go."""
        if (prompt, answer) not in self.known:
            turns = [("user", str(corpus.prompts[prompt]))]
            read = self.model.read(turns, str(corpus.answers[answer]))
            most = self.params.max_tokens
            said = [*read.answer[: int(PART * most)], read.end]
            given = read.asked[-(most - len(said)) :]
            tokens = [*given, *said]
            frozen = len(self.model.model.layers) - self.params.layers
            states = self.model.model.hidden(tokens, frozen).astype(np.float16)
            self.known[prompt, answer] = Row(states, tokens, len(given))
        return self.known[prompt, answer]
