"""What a language model makes of answers; a text is read once in its life."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
import polars as pl

from tasks.base.memo import SCHEMA, RowMemo, hash_of
from tasks.base.progress import Progress, announce
from tasks.llm.likelihood import Likely, Turn, likelihood_model

BATCH = 32  # rows between two fragments of the memo: half a minute on one core


class Reading(NamedTuple):
    """What is known, and remembered, of a conversation; likelihoods as in `Likely`."""

    tokens: int  # of all of it
    answered: int  # tokens of the answer
    given: float | None = None  # None: too long to be read
    alone: float | None = None
    end: float | None = None


READING = pl.Schema(
    {
        "tokens": pl.Int64,
        "answered": pl.Int64,
        "given": pl.Float64,
        "alone": pl.Float64,
        "end": pl.Float64,
    }
)


class Reader(NamedTuple):
    """Which model reads, and how much."""

    stage: str  # whose progress is shown
    model: str
    max_tokens: int
    memo: RowMemo | None = None

    def read(self, conversations: Iterable[list[dict[str, Any]]]) -> tuple[pl.DataFrame, int]:
        """A line of `READING` for each conversation, and how many had to be read for that.

        Args:
            conversations: Turns; the last is the answer, and has text.

        Raises:
            NotInstalledError: The model is needed and was never fetched.
        """
        # a Python loop: the model takes a second for each row
        texts = [[(turn["role"], turn["content"]) for turn in turns] for turns in conversations]
        keys = [_key(turns) for turns in texts]
        known = self._recalled(keys)
        listed = dict(zip(keys, texts, strict=True))
        unread = [(key, turns) for key, turns in listed.items() if key not in known]
        for start in range(0, len(unread), BATCH):
            announce(Progress(self.stage, start // BATCH, -(-len(unread) // BATCH), len(texts)))
            batch = unread[start : start + BATCH]
            found = zip([key for key, _ in batch], self._new([t for _, t in batch]), strict=True)
            known |= self._remembered(dict(found))
        readings = [self._within(known[key]) for key in keys]
        count = sum(known[key].given is not None for key, _ in unread)
        return pl.DataFrame(readings, schema=READING, orient="row"), count

    def _new(self, texts: Sequence[list[Turn]]) -> list[Reading]:
        model = likelihood_model(self.model)
        reads = [model.read(turns[:-1], turns[-1][1]) for turns in texts]
        likely = model.score(read for read in reads if read.tokens <= self.max_tokens)
        return [
            Reading(read.tokens, len(read.answer), *_rounded(next(likely)))
            if read.tokens <= self.max_tokens
            else Reading(read.tokens, len(read.answer))
            for read in reads
        ]

    def _within(self, reading: Reading) -> Reading:
        """`reading`, or what is left of one that an earlier run had a higher limit for."""
        return reading if reading.tokens <= self.max_tokens else Reading(*reading[:2])

    def _recalled(self, keys: Sequence[int]) -> dict[int, Reading]:
        if self.memo is None:
            return {}
        known = self.memo.recall(pl.Series(keys, dtype=pl.UInt64))
        return {key: Reading(*json.loads(value)) for key, value in known.iter_rows()}

    def _remembered(self, found: dict[int, Reading]) -> dict[int, Reading]:
        """`found`, which is remembered but for texts that another limit would let through."""
        lines = [(key, json.dumps(one)) for key, one in found.items() if one.given is not None]
        if self.memo is not None:
            self.memo.remember(pl.DataFrame(lines, schema=SCHEMA, orient="row"))
        return found


def _rounded(likely: Likely) -> list[float]:
    """Four digits behind the point: the last ones depend on the processor."""
    return [round(value, 4) for value in likely]


def _key(turns: list[Turn]) -> int:
    return hash_of(orjson.dumps(turns))
