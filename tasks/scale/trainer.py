"""What every trainer has in common: rows and held-out rows in, points of a curve out."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from tasks.scale.corpus import Corpus, Ints


class Subset(NamedTuple):
    """Nested training sets: the first `sizes[0]` rows, the first `sizes[1]`, and so on."""

    prompts: Ints  # (sizes[-1],) places in the corpus
    answers: Ints  # the same; another one than the prompt's where a defect was planted
    sizes: tuple[int, ...]  # rising


class Held(NamedTuple):
    """Rows that are never trained on."""

    rows: Ints  # places in the corpus, of prompts and of answers


class Metric(NamedTuple):
    """Something measured on held-out rows, of which less is better."""

    name: str
    title: str  # what a reader calls it
    what: str  # is measured, in a clause
    unit: str
    sees: str  # which differences between sets it shows, in a clause
    blind: str  # and which it cannot


class Point(NamedTuple):
    """One measure of one training set."""

    metric: str
    size: int  # rows
    value: float
    cost: float = 0.0  # in money


class TrainingError(Exception):
    """A training came to nothing; the message says why, without text of a row."""


class Trainer(Protocol):
    """Trains on nested subsets, and measures on held-out rows."""

    @property
    def name(self) -> str:
        """What settings and reports call it."""

    @property
    def version(self) -> str:
        """Points of another version do not count."""

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What it measures."""

    @property
    def spent(self) -> float:
        """Money that it has spent in this process."""

    @property
    def is_dear(self) -> bool:
        """Whether a point costs more than a moment: then each is trained for and kept alone."""

    def train(self, corpus: Corpus, subset: Subset, held: Held, seed: int) -> Iterator[Point]:
        """Points for every size and metric.

        Raises:
            TrainingError: There is none.
        """


def tokens_of(corpus: Corpus, subset: Subset) -> Ints:
    """Tokens of the training set at each size."""
    asked, said = corpus.tokens
    total = np.cumsum(asked[subset.prompts] + said[subset.answers])
    found: Ints = total[np.array(subset.sizes) - 1]
    return found
