"""Pairs that an earlier run looked at: while the two rows are what they were, nobody looks again.

What the guard says of a pair follows from the two rows and from which of their words no other row
has. Both are in the pair's key (`tasks.dedup.guard.pair_keys`), so a word that ceases to be rare,
because a row came that has it, makes another key.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from tasks.base.cache import code_of
from tasks.base.memo import RowMemo
from tasks.dedup.guard.look import Look

VALUE = pl.Struct({"ratio": pl.Float64, "verdict": pl.String})


def pair_memo(store: str, stage: str, least: float) -> RowMemo:
    """The memo of a stage's pairs, of which those below RapidFuzz's ratio `least` are unlike."""
    return RowMemo(store, stage, f"{code_of('tasks.dedup.guard.judged')} {least}", VALUE)


class Looked:
    """What is known of pairs, and what is learnt of them."""

    def __init__(
        self, memo: RowMemo, places: npt.NDArray[np.int64], keys: npt.NDArray[np.uint64]
    ) -> None:
        """Recall what is known of pairs.

        Args:
            memo: Where it is kept.
            places: By which n pairs are asked for.
            keys: Of each pair.
        """
        pairs = pl.DataFrame({"at": places, "key": keys})
        known = pairs.join(memo.recall(pairs["key"]), on="key").select("at", "value")
        self.memo, self.pairs = memo, pairs
        self.known = {at: Look(**value) for at, value in known.iter_rows()}
        self.new: dict[int, Look] = {}

    def __call__(self, at: int, look: Callable[[], Look]) -> Look:
        """What is known of the pair at a place; if nothing is, what `look` says of it."""
        found = self.known.get(at)
        if found is None:
            found = self.known[at] = self.new[at] = look()
        return found

    def remember(self) -> None:
        """Keep what was learnt, for runs to come."""
        new = pl.DataFrame(
            {"at": list(self.new), "value": [one._asdict() for one in self.new.values()]},
            {"at": pl.Int64, "value": VALUE},
        )
        self.memo.remember(self.pairs.join(new, on="at").select("key", "value"))
