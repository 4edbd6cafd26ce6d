"""The rows of a core set, by their vectors: who goes, when, and which row that stays is nearest."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tasks.embed.cells import cells_of
from tasks.embed.thinning import NEVER, Cosines, Places, ends, nearest
from tasks.embed.vectors import Vectors


class CoreSet(NamedTuple):
    """What is left when the nearest pair has lost a row again and again."""

    gone: Places  # rows that go, in order of preference
    twin: Places  # of each of them, the nearest row that stays
    went_at: Cosines  # of each of them, the cosine of the pair that it was lost by
    cells: int  # 1: every pair was compared
    stopped_at: float | None  # of the last pair that lost a row
    nearest_kept: float | None  # of the nearest pair that stays; None: there is none


def core_set(sides: Sequence[Vectors], stay: int, exact_below: int) -> CoreSet:
    """Choose the rows that stay.

    Args:
        sides: Grained vectors of n rows (n, dim) for each side, the row to survive first.
        stay: Rows that stay, fewer than n.
        exact_below: With as many rows pairs are compared within cells alone, of a quarter of that
            on average.
    """
    count = len(sides[0])
    cells = cells_of(sides, count if count < exact_below else exact_below // 4)
    end = np.empty(count)
    for cell in cells:
        end[cell] = ends([side[cell] for side in sides])
    first_to_go = np.lexsort((-np.arange(count), -end))  # of equal ends the least preferred
    gone, kept = (np.sort(some) for some in np.split(first_to_go, [count - stay]))
    twin = np.empty(count, np.int64)
    for cell in cells:
        mine, theirs = cell[np.isin(cell, gone)], cell[np.isin(cell, kept)]
        # with more cells than rows that stay, some keep none
        twin[mine] = nearest(sides, mine, theirs if len(theirs) else kept)
    last, next_one = float(end[gone].min()), float(end[kept].max())
    return CoreSet(gone, twin[gone], end[gone], len(cells), _or_none(last), _or_none(next_one))


def _or_none(end: float) -> float | None:
    return None if end == NEVER else round(end, 4)
