"""From pairs that say the same to families, and who of each family survives.

Two ways. *survivor*: each survivor claims the rows that are near to itself, the most preferred row
first; being near to a row that was dropped is not enough, so no chain of small steps can lose a
row. *connected*: all rows that pairs link, however many steps apart, are one family, and the most
preferred of it survives; that is what most tools do.

Whether a pair says the same may be dear to find out, so it is asked of no more pairs than needed.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

Families = Literal["survivor", "connected"]
Ints = npt.NDArray[np.int64]
Asks = Callable[[int], bool]
"""Whether the pair at a place says the same."""


class Claim(NamedTuple):
    """Why a row is dropped."""

    survivor: int
    pair: int  # place of the pair that links it to the survivor, or to the nearest of its family


class Pairs(NamedTuple):
    """n pairs of rows, and how alike they are."""

    a: Ints
    b: Ints
    score: npt.NDArray[np.float64]


def claims(pairs: Pairs, order: Ints, same: Asks, families: Families) -> dict[int, Claim]:
    """The rows that are dropped, each with its survivor.

    Args:
        pairs: Pairs that may say the same.
        order: Rank of each row; the lowest of a family survives.
        same: Whether a pair says the same.
        families: What a family is.
    """
    return (_near if families == "survivor" else _linked)(pairs, order, same)


def _near(pairs: Pairs, order: Ints, same: Asks) -> dict[int, Claim]:
    first = order[pairs.a] < order[pairs.b]
    better, worse = np.where(first, pairs.a, pairs.b), np.where(first, pairs.b, pairs.a)
    by_survivor = np.lexsort((order[worse], order[better]))
    claimed: dict[int, Claim] = {}
    # one by one: whether a row may claim others depends on whether it was claimed before
    for at, survivor, row in zip(
        by_survivor.tolist(), better[by_survivor].tolist(), worse[by_survivor].tolist(),
        strict=True,
    ):  # fmt: skip
        if survivor not in claimed and row not in claimed and same(at):
            claimed[row] = Claim(survivor, at)
    return claimed


def _linked(pairs: Pairs, order: Ints, same: Asks) -> dict[int, Claim]:
    parent = np.arange(len(order)).tolist()

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    link: dict[int, int] = {}
    nearest = np.lexsort((pairs.b, pairs.a, -pairs.score))
    for at, a, b in zip(
        nearest.tolist(), pairs.a[nearest].tolist(), pairs.b[nearest].tolist(), strict=True
    ):
        one, other = sorted((root(a), root(b)), key=order.__getitem__)
        if one != other and same(at):
            parent[other] = one  # the root of a family is its survivor
            link.setdefault(a, at)
            link.setdefault(b, at)
    survivors = {row: root(row) for row in link}
    return {row: Claim(kept, link[row]) for row, kept in survivors.items() if kept != row}
